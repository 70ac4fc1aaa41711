import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { OpenApiDocument, Operation } from '../../../src/web/openapi/document.ts';

/** What is needed to hold something against a document. */
export interface DocumentChecks {
  /** `undefined`: there is none at that address. */
  operation(method: string, path: string, route: string): FoundOperation | undefined;
  /** What is wrong with a value, by the place of its schema in the document; `undefined`: nothing. */
  wrongWith(place: readonly string[], value: unknown): string | undefined;
  /** The same of a text in an address, which may stand for a number. */
  wrongWithText(place: readonly string[], text: string): string | undefined;
}

export interface FoundOperation extends Operation {
  /** In the document. */
  readonly place: readonly string[];
}

const OPTIONS = { strict: false, allErrors: true, validateFormats: false } as const;
const NAME = 'document';

export function createDocumentChecks(document: OpenApiDocument): DocumentChecks {
  const closed = withoutMore(document) as OpenApiDocument;
  const values = new Ajv2020(OPTIONS).addSchema(closed, NAME);
  const texts = new Ajv2020({ ...OPTIONS, coerceTypes: true }).addSchema(closed, NAME);
  const validators = new Map<string, ValidateFunction>();

  function wrongWith(ajv: Ajv2020, place: readonly string[], value: unknown): string | undefined {
    const pointer = place
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const key = `${ajv === texts ? 'text' : 'value'} ${pointer}`;
    const validate = validators.get(key) ?? ajv.compile({ $ref: `${NAME}#/${pointer}` });
    validators.set(key, validate);
    return validate(value) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'it' });
  }

  const templates = Object.keys(document.paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '([^/.]+)')}$`),
  }));

  return {
    operation(method, path, route) {
      const name = method === 'HEAD' ? 'get' : method.toLowerCase();
      const template = route.replaceAll(/:(\w+)/g, '{$1}');
      const address = Object.hasOwn(document.paths, template)
        ? template
        : templates.find(({ pattern }) => pattern.test(path))?.path;
      const operation = address === undefined ? undefined : document.paths[address]![name];
      return operation && { ...operation, place: ['paths', address!, name] };
    },
    wrongWith: (place, value) => wrongWith(values, place, value),
    wrongWithText: (place, text) => wrongWith(texts, place, text),
  };
}

/** What has properties has no others than those that are named, unless it says so. */
function withoutMore(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMore);
  if (typeof value !== 'object' || value === null) return value;
  const made = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutMore(each)]));
  const { type, properties = {} } = made;
  const isClosed = type === 'object' && Object.keys(properties as object).length > 0;
  return isClosed && !('additionalProperties' in made) ? { ...made, additionalProperties: false } : made;
}
