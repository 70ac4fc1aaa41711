interface Node<T> {
  readonly children: Map<string, Node<T>>;
  readonly values: Set<T>;
}

/** Values under MQTT filters, found by topic: what it costs depends on the levels of the topic, not on how many there are. */
export class FilterTree<T> {
  readonly #root: Node<T> = createNode();

  add(filter: string, value: T): void {
    let node = this.#root;
    for (const level of filter.split('/')) {
      let child = node.children.get(level);
      if (child === undefined) node.children.set(level, (child = createNode()));
      node = child;
    }
    node.values.add(value);
  }

  /** The value as it was added. */
  remove(filter: string, value: T): void {
    removeFrom(this.#root, filter.split('/'), 0, value);
  }

  /** All values whose filters take in the topic. For topics that do not begin with `$`. */
  match(topic: string): T[] {
    const found: T[] = [];
    collect(this.#root, topic.split('/'), 0, found);
    return found;
  }
}

function collect<T>(node: Node<T>, levels: readonly string[], depth: number, found: T[]): void {
  // `#` stands for the parent level, too [MQTT-4.7.1-2].
  pushAll(node.children.get('#'), found);
  if (depth === levels.length) {
    pushAll(node, found);
    return;
  }
  for (const level of ['+', levels[depth]!]) {
    const child = node.children.get(level);
    if (child !== undefined) collect(child, levels, depth + 1, found);
  }
}

function pushAll<T>(node: Node<T> | undefined, found: T[]): void {
  if (node !== undefined) for (const value of node.values) found.push(value);
}

function removeFrom<T>(node: Node<T>, levels: readonly string[], depth: number, value: T): void {
  if (depth === levels.length) {
    node.values.delete(value);
    return;
  }
  const level = levels[depth]!;
  const child = node.children.get(level);
  if (child === undefined) return;
  removeFrom(child, levels, depth + 1, value);
  if (child.values.size === 0 && child.children.size === 0) node.children.delete(level);
}

function createNode<T>(): Node<T> {
  return { children: new Map(), values: new Set() };
}
