import type { StoredObject } from "./s3-bucket";

export interface Kept {
  get(object: StoredObject): Uint8Array | undefined;
  put(object: StoredObject, content: Uint8Array): void;
}

/**
 * Objects that were read, for as long as the container lives: each event of an upload of n files lists n of them. An ETag
 * stands for one content, so what is kept is what would be read.
 * @param most bytes in all; with more, it begins anew
 */
export function createKept(most: number): Kept {
  const contents = new Map<string, Uint8Array>();
  let total = 0;
  const nameOf = ({ key, etag }: StoredObject) => `${etag} ${key}`;
  return {
    get: (object) => contents.get(nameOf(object)),
    put: (object, content) => {
      if (contents.has(nameOf(object))) return;
      if (total + content.length > most) {
        contents.clear();
        total = 0;
      }
      contents.set(nameOf(object), content);
      total += content.length;
    },
  };
}
