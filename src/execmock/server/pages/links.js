// The contract's links: what an answer gives to the parameters of other operations.

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/** Yields [path, method, operation] for every operation of a contract. */
export function* operations(contract) {
  for (const [path, item] of Object.entries(contract.paths ?? {})) {
    for (const method of METHODS.filter((name) => name in item)) {
      yield [path, method, item[method]];
    }
  }
}

/** Returns what an answer fills in elsewhere: a list of {path, method, name, place, value}. */
export function filled(contract, method, url, answer) {
  const source = [...operations(contract)].find(([path, name]) => name === method && fits(path, url.pathname));
  const links = Object.values(resolved(contract, source?.[2].responses?.[answer.status])?.links ?? {});
  return links.flatMap((link) => {
    const target = [...operations(contract)].find(([, , operation]) => operation.operationId === link.operationId);
    return target ? parametersOf(contract, target, link, answer.body) : [];
  });
}

function parametersOf(contract, [path, method, operation], link, body) {
  const declared = (operation.parameters ?? []).map((parameter) => resolved(contract, parameter));
  return Object.entries(link.parameters ?? {}).flatMap(([name, expression]) => {
    const place = declared.find((parameter) => parameter.name === name)?.in;
    const value = pointed(body, String(expression).split("$response.body#")[1]);
    return place && value !== undefined ? [{ path, method, name, place, value }] : [];
  });
}

function fits(template, path) {
  const [wanted, given] = [template.split("/"), path.split("/")];
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith("{") || part === given[index]);
}

/** Returns what a `$ref` of a contract points to, and everything else as it is. */
export function resolved(contract, value) {
  return value?.$ref ? pointed(contract, value.$ref.slice(1)) : value;
}

function pointed(value, pointer) {
  const parts = pointer === undefined ? [""] : pointer.split("/").slice(1);
  return parts.reduce((inner, part) => inner?.[part.replaceAll("~1", "/").replaceAll("~0", "~")], value);
}
