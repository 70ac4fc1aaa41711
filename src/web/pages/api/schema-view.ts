import type { JsonSchema } from '../../openapi/document.ts';

/** A value of JSON, or a property of one, with what is in it. */
export interface SchemaNode {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly description: string | undefined;
  readonly children: readonly SchemaNode[];
}

/** What is in an object, or in the objects of an array; nothing where there is none. @param schemas what `$ref` leads to */
export function schemaNodes(
  schema: JsonSchema,
  schemas: Readonly<Record<string, JsonSchema>>,
): readonly SchemaNode[] {
  const { properties = {}, required = [] } = innermost(schema, schemas);
  return Object.entries(properties).map(([name, property]) => ({
    name,
    type: typeText(property, schemas),
    isOptional: !required.includes(name),
    description: property.description,
    children: schemaNodes(property, schemas),
  }));
}

/** `string | null`, `object[]`, `"asc" | "desc"`, `integer 1 … 1000 = 100`: the same in every language. */
export function typeText(schema: JsonSchema, schemas: Readonly<Record<string, JsonSchema>>): string {
  const { type, items, enum: values, const: value, anyOf, ...more } = resolved(schema, schemas);
  if (value !== undefined) return JSON.stringify(value);
  if (anyOf !== undefined) return anyOf.map((one) => typeText(one, schemas)).join(' | ');
  if (values !== undefined) return values.map((one) => JSON.stringify(one)).join(' | ') + defaultText(more);
  if (type === 'array') return `${items === undefined ? '' : inBrackets(typeText(items, schemas))}[]`;
  return [[type ?? []].flat().join(' | '), boundsText(more)].join('') + defaultText(more);
}

function inBrackets(text: string): string {
  return text.includes(' ') ? `(${text})` : text;
}

function boundsText({ minimum, maximum, pattern }: JsonSchema): string {
  if (pattern !== undefined) return ` ${pattern}`;
  if (minimum === undefined && maximum === undefined) return '';
  return ` ${minimum ?? ''} … ${maximum ?? ''}`.trimEnd();
}

function defaultText(schema: JsonSchema): string {
  return schema.default === undefined ? '' : ` = ${JSON.stringify(schema.default)}`;
}

function innermost(schema: JsonSchema, schemas: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const { items, ...own } = resolved(schema, schemas);
  return items === undefined ? own : innermost(items, schemas);
}

function resolved(schema: JsonSchema, schemas: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return schema.$ref === undefined ? schema : (schemas[schema.$ref.split('/').at(-1)!] ?? {});
}
