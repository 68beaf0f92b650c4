// Calls every operation of an OpenAPI document on a server, and checks the answers with Ajv:
// the status must be documented, and the body must have a documented type and match its schema.
//
//   node check.mjs DOCUMENT URL [--token [/PATH=]T ...] [--weak-token T] [--value NAME=V ...]
//                  [--known FILE] [--json FILE]
//
// Every operation is called as documented, and once for each documented status with Prefer:
// code=; operations that a mock answers from its state need not obey a status below 300. An
// operation that requires a token is also called without one, and must answer 401; one that takes
// a JSON body is also called with a body that breaks the schema, and must answer 400 or 422.
//
//   --token       a token, for all operations or for those under a path
//   --weak-token  also call with this token, which lacks permissions
//   --value       the value of a path parameter
//   --known       a file with lines "operationId status", for answers that a real server gives
//                 although they break its document
//   --json        write the results to this file
//
// The exit code is 1 if an answer is wrong.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { sample } from "openapi-sampler";
import { parse } from "yaml";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...Object.fromEntries(["weak-token", "known", "json"].map((name) => [name, { type: "string" }])),
    ...Object.fromEntries(["token", "value"].map((name) => [name, { type: "string", multiple: true, default: [] }])),
  },
});
const values = Object.fromEntries(options.value.map((one) => one.split("=", 2)));
const tokens = options.token.map((one) => (one.startsWith("/") ? [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)] : ["/", one]));
tokens.sort(([a], [b]) => b.length - a.length);
const tokenFor = (path) => tokens.find(([under]) => path.startsWith(under))?.[1];
const [file, url] = positionals;
const source = readFileSync(file, "utf8");
const document = source.trimStart().startsWith("{") ? JSON.parse(source) : parse(source, { merge: true });
const isOld = document.openapi.startsWith("3.0");
const known = new Set(options.known ? readFileSync(options.known, "utf8").split("\n").filter((line) => line && !line.startsWith("#")) : []);
const isUnleash = Object.keys(document.paths ?? {}).some((path) => path.startsWith("/api/admin/"));
const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

// at follows a JSON pointer; resolved follows the reference of an object.
const at = (pointer) =>
  pointer
    .slice(2)
    .split("/")
    .reduce((value, token) => value?.[decodeURIComponent(token).replaceAll("~1", "/").replaceAll("~0", "~")], document);
const resolved = (value) => (typeof value?.$ref === "string" ? resolved(at(value.$ref)) : value);

// modern rewrites the keywords in which OpenAPI 3.0 differs from JSON Schema.
function modern(value) {
  if (Array.isArray(value)) return value.map(modern);
  if (value === null || typeof value !== "object") return value;
  const { nullable, ...out } = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, modern(member)]));
  for (const [exclusive, bound] of [["exclusiveMinimum", "minimum"], ["exclusiveMaximum", "maximum"]]) {
    if (out[exclusive] === true && bound in out) [out[exclusive], out[bound]] = [out[bound], undefined];
    if (typeof out[exclusive] === "boolean") delete out[exclusive];
    if (out[bound] === undefined) delete out[bound];
  }
  if (nullable !== true) return nullable === undefined || nullable === false ? out : { nullable, ...out };
  return { anyOf: [{ type: "null" }, out] };
}

const ajv = new (isOld ? Ajv : Ajv2020)({ strict: false, allErrors: false, validateSchema: false, validateFormats: true, logger: false });
addFormats(ajv);

// demanding removes properties that do not exist in one direction from those that schemas require.
function demanding(value, absent) {
  if (Array.isArray(value)) return value.map((one) => demanding(one, absent));
  if (value === null || typeof value !== "object") return value;
  const out = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, demanding(member, absent)]));
  if (Array.isArray(out.required) && value.properties) out.required = out.required.filter((name) => !resolved(value.properties[name])?.[absent]);
  return out;
}

const plain = isOld ? modern(document) : document;
ajv.addSchema(demanding(plain, "readOnly"), "request");
ajv.addSchema(demanding(plain, "writeOnly"), "response");
const escape = (token) => encodeURIComponent(token.replaceAll("~", "~0").replaceAll("/", "~1"));

// broken returns how a value breaks the schema at a place of the document, as a part of a request
// or of a response; "" if it does not.
function broken(place, value, direction) {
  const validate = ajv.getSchema(`${direction}#${place}`) ?? ajv.compile({ $ref: `${direction}#${place}` });
  return validate(value) ? "" : ajv.errorsText(validate.errors, { dataVar: "body" });
}

// located follows the references of an object, and returns the object that they lead to with its
// pointer.
function located(value, pointer) {
  while (typeof value?.$ref === "string") {
    pointer = value.$ref.slice(1);
    value = at(value.$ref);
  }
  return [value, pointer];
}

// fitting returns the first value that matches the schema at a place, or undefined.
const fitting = (values, place) => values.find((one) => one !== undefined && !broken(place, one, "request"));

const plainValues = ["a", 1, true, {}, [], null];

// valueOf returns a value for a parameter: an example that matches, or a value made from the schema.
function valueOf([parameter, place]) {
  const [type, content] = Object.entries(parameter.content ?? {})[0] ?? [];
  if (!parameter.schema && !content?.schema) return "a";
  const schema = resolved(parameter.schema ?? content.schema);
  const examples = [parameter.example, ...Object.values(parameter.examples ?? {}).map((one) => resolved(one)?.value), schema.example, schema.examples?.[0], schema.default];
  const value = fitting([...examples, sampled(schema, {}), ...plainValues], place + (content ? `/content/${escape(type)}` : "") + "/schema");
  if (value === undefined) throw new Error(`no value was found for the parameter ${parameter.name}`);
  return content ? JSON.stringify(value) : value;
}

function sampled(schema, how) {
  try {
    return sample(schema, { quiet: true, ...how }, document);
  } catch {
    return undefined;
  }
}

// written returns a query parameter with its value, encoded in the parameter's style.
function written(parameter, value) {
  const { name, style = "form", explode = style === "form" } = parameter;
  const word = (one) => encodeURIComponent(typeof one === "object" ? JSON.stringify(one) : String(one));
  if (Array.isArray(value)) {
    if (explode && style === "form") return value.map((one) => `${word(name)}=${word(one)}`).join("&");
    return `${word(name)}=${value.map(word).join({ pipeDelimited: "%7C", spaceDelimited: "%20" }[style] ?? ",")}`;
  }
  if (value !== null && typeof value === "object") {
    const fields = Object.entries(value);
    if (style === "deepObject") return fields.map(([field, one]) => `${word(name)}[${word(field)}]=${word(one)}`).join("&");
    if (explode) return fields.map(([field, one]) => `${word(field)}=${word(one)}`).join("&");
    return `${word(name)}=${fields.flat().map(word).join(",")}`;
  }
  return `${word(name)}=${word(value)}`;
}

const simple = (value, explode, prefix = "", separator = ",") => {
  const word = (one) => encodeURIComponent(String(one));
  if (Array.isArray(value)) return prefix + value.map(word).join(explode ? separator : ",");
  if (value === null || typeof value !== "object") return prefix + word(value);
  const fields = Object.entries(value).map(([name, one]) => (explode ? `${word(name)}=${word(one)}` : `${word(name)},${word(one)}`));
  return prefix + fields.join(explode ? separator : ",");
};

function inPath(parameter, value) {
  const { name, style = "simple", explode = false } = parameter;
  if (style === "label") return simple(value, explode, ".", ".");
  if (style !== "matrix") return simple(value, explode);
  if (explode && Array.isArray(value)) return value.map((one) => `;${name}=${encodeURIComponent(one)}`).join("");
  return simple(value, explode, explode && typeof value === "object" ? ";" : `;${name}=`, ";");
}

// bodyOf returns a body of the first JSON type, or of the first type: an example that matches, or a
// value made from the schema.
function bodyOf(operation, pointer) {
  const [body, place] = located(operation.requestBody, `${pointer}/requestBody`);
  if (!body?.content) return {};
  const type = Object.keys(body.content).find((name) => /json/.test(name)) ?? Object.keys(body.content)[0];
  const content = body.content[type];
  if (!content.schema) return { type, value: content.example ?? {} };
  const examples = [content.example, ...Object.values(content.examples ?? {}).map((one) => resolved(one)?.value)];
  const samples = [{ skipReadOnly: true }, { skipReadOnly: true, skipNonRequired: true }].map((how) => sampled(content.schema, how));
  const value = fitting([...examples, ...samples, ...plainValues], `${place}/content/${escape(type)}/schema`);
  if (value === undefined) throw new Error("no body was found that matches its schema");
  return { type, value, schema: resolved(content.schema) };
}

function encoded(type, value) {
  const object = value !== null && typeof value === "object" ? value : {};
  const text = (one) => (typeof one === "object" ? JSON.stringify(one) : String(one));
  if (/json|\*/.test(type)) return ["application/json".includes(type) || /\*/.test(type) ? "application/json" : type, JSON.stringify(value ?? null)];
  if (type.startsWith("application/x-www-form-urlencoded"))
    return [type, new URLSearchParams(Object.entries(object).flatMap(([name, one]) => [one].flat().map((each) => [name, text(each)]))).toString()];
  if (type.startsWith("multipart/form-data")) {
    const form = new FormData();
    for (const [name, one] of Object.entries(object)) form.append(name, typeof one === "string" ? one : text(one));
    return [undefined, form]; // fetch sets the type with its boundary
  }
  return [type, typeof value === "string" ? value : "a"];
}

// request returns a call of an operation. parameters include those of the path.
function request(path, operation, pointer, parameters, token) {
  const query = [];
  const headers = {};
  const cookies = [];
  for (const [parameter, place] of parameters) {
    if (!parameter.required && parameter.in !== "path") continue;
    const value = parameter.in === "path" && parameter.name in values ? values[parameter.name] : valueOf([parameter, place]);
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, inPath(parameter, value));
    if (parameter.in === "query") query.push(written(parameter, value));
    if (parameter.in === "header") headers[parameter.name] = simple(value, parameter.explode ?? false);
    if (parameter.in === "cookie") cookies.push(`${parameter.name}=${simple(value, false)}`);
  }
  if (token) admit(operation, token, headers, query, cookies);
  if (cookies.length) headers.Cookie = cookies.join("; ");
  return { path, query, headers, body: bodyOf(operation, pointer) };
}

const demanded = (operation) => operation.security ?? document.security ?? [];

// admit adds a token to a call, in the way that the operation's security requires.
function admit(operation, token, headers, query, cookies) {
  const wanted = demanded(operation).find((one) => Object.keys(one).length) ?? {};
  for (const name of Object.keys(wanted)) {
    const scheme = resolved(document.components?.securitySchemes?.[name]) ?? {};
    if (scheme.type === "apiKey" && scheme.in === "query") query.push(`${scheme.name}=${encodeURIComponent(token)}`);
    else if (scheme.type === "apiKey" && scheme.in === "cookie") cookies.push(`${scheme.name}=${encodeURIComponent(token)}`);
    else if (scheme.type === "apiKey") headers[scheme.name] = token;
    else if (scheme.scheme?.toLowerCase() === "basic") headers.Authorization = "Basic " + Buffer.from(`u:${token}`).toString("base64");
    else if (scheme.scheme?.toLowerCase() === "digest") headers.Authorization = `Digest username="${token}"`;
    else headers.Authorization = `${scheme.type === "http" ? scheme.scheme : "Bearer"} ${token}`;
  }
  if (!Object.keys(wanted).length && isUnleash) headers.Authorization = token;
}


async function send(method, call, more = {}) {
  const headers = { ...call.headers, ...more.headers };
  let body;
  if (isUnleash && !["get", "delete", "head"].includes(method)) headers["Content-Type"] = "application/json"; // required even without a body
  if (call.body.type !== undefined && !["get", "head"].includes(method)) {
    const [type, text] = more.body ?? encoded(call.body.type, call.body.value);
    body = text;
    if (type) headers["Content-Type"] = type;
  }
  const answer = await fetch(url + call.path + (call.query.length ? "?" + call.query.join("&") : ""), {
    method: method.toUpperCase(), headers, body, redirect: "manual", signal: AbortSignal.timeout(10_000),
  });
  const stream = answer.headers.get("content-type")?.startsWith("text/event-stream");
  const text = stream ? (answer.body?.cancel(), undefined) : Buffer.from(await answer.arrayBuffer()).toString("utf8");
  return { status: answer.status, grade: answer.headers.get("unleash-mock-grade"), type: answer.headers.get("content-type") ?? "", text, isHead: method === "head" };
}

// documented returns the code under which the response for a status is documented.
const documented = (operation, status) =>
  [String(status), `${Math.floor(status / 100)}XX`, `${Math.floor(status / 100)}xx`, "default"].find((code) => code in operation.responses);

// wrong returns how an answer breaks the document; "" if it does not.
function wrong(answer, operation, pointer) {
  const code = documented(operation, answer.status);
  if (code === undefined) return `the status ${answer.status} is not documented: ${answer.text?.slice(0, 600)}`;
  const [response, place] = located(operation.responses[code], `${pointer}/responses/${code}`);
  const types = Object.keys(response.content ?? {});
  if (answer.text === undefined || answer.isHead || [204, 304].includes(answer.status)) return "";
  if (!types.length) return answer.text === "" || answer.status >= 300 ? "" : `the status ${answer.status} should have no body, but has one of ${answer.text.length} bytes`;
  const sent = answer.type.split(";")[0].trim().toLowerCase();
  const plain = (type) => type.split(";")[0].trim().toLowerCase();
  const type = types.find((one) => plain(one) === sent) ?? types.find((one) => plain(one).endsWith("/*") && (plain(one) === "*/*" || sent.startsWith(plain(one).slice(0, -1))));
  if (type === undefined) return `the type ${JSON.stringify(answer.type)} is not one of ${types}`;
  if (!response.content[type].schema) return "";
  let value = answer.text;
  if (/json/.test(sent)) {
    try {
      value = JSON.parse(answer.text);
    } catch (error) {
      return `the body is not JSON: ${error.message}`;
    }
  } else if (resolved(response.content[type].schema).type !== "string") return "";
  return broken(`${place}/content/${escape(type)}/schema`, value, "response");
}

const counts = {};
const faults = [];
const skipped = [];

async function attempt(kind, id, send, check) {
  counts[kind] ??= { right: 0, calls: 0 };
  counts[kind].calls++;
  let fault;
  let status = 0;
  try {
    const answer = await send();
    status = answer.status;
    fault = check(answer);
  } catch (error) {
    fault = `no answer: ${error.cause?.message ?? error.message}`;
  }
  if (!fault || known.has(`${id} ${status}`)) counts[kind].right++;
  else faults.push({ kind, operation: id, status, fault });
}

for (const [path, item] of Object.entries(document.paths ?? {})) {
  const [entries, base] = located(item, `/paths/${escape(path)}`);
  for (const method of methods.filter((one) => entries?.[one]?.constructor === Object)) {
    const operation = { ...entries[method], responses: Object.keys(entries[method].responses ?? {}).length ? entries[method].responses : { default: {} } };
    const id = operation.operationId ?? `${method.toUpperCase()} ${path}`;
    const pointer = `${base}/${method}`;
    const declared = (list, at) => (list ?? []).map((one, i) => located(one, `${at}/parameters/${i}`));
    const own = declared(operation.parameters, pointer);
    const parameters = [...own, ...declared(entries.parameters, base).filter(([one]) => !own.some(([other]) => other.name === one.name && other.in === one.in))];
    const call = (token) => request(path, operation, pointer, parameters, token);
    try {
      call(tokenFor(path));
    } catch (error) {
      skipped.push(`${id}: ${error.message}`);
      continue;
    }
    const keeps = (answer) => wrong(answer, operation, pointer);
    await attempt("as documented", id, () => send(method, call(tokenFor(path))), keeps);
    for (const code of Object.keys(operation.responses).filter((one) => /^[1-5]\d\d$/.test(one)))
      await attempt("a documented status", id, () => send(method, call(tokenFor(path)), { headers: { Prefer: `code=${code}` } }), (answer) =>
        answer.status !== Number(code) && !(answer.grade === "stateful" && code < 300) ? `Prefer: code=${code} returns the status ${answer.status}: ${answer.text?.slice(0, 600)}` : keeps(answer));
    const secured = demanded(operation).filter((one) => !Object.keys(one).some((name) => resolved(document.components?.securitySchemes?.[name])?.type === "mutualTLS"));
    const isRefusal = (statuses) => (answer) => {
      if (!statuses.includes(answer.status)) return `the status is ${answer.status}, not ${statuses.join(" or ")}`;
      return documented(operation, answer.status) === undefined ? "" : keeps(answer);
    };
    if (tokens.length && secured.length === demanded(operation).length && secured.length && !secured.some((one) => !Object.keys(one).length))
      await attempt("without a token", id, () => send(method, call()), isRefusal([401]));
    const { type, schema } = method === "get" ? {} : bodyOf(operation, pointer);
    if (/json/.test(type ?? "") && schema?.type === "object")
      await attempt("a body that breaks its schema", id, () => send(method, call(tokenFor(path)), { body: [type, "[]"] }), isRefusal([400, 422]));
    if (options["weak-token"])
      await attempt("without a permission", id, () => send(method, call(options["weak-token"])), (answer) =>
        [401, 403].includes(answer.status) ? isRefusal([401, 403])(answer) : keeps(answer));
  }
}

const total = Object.values(counts).reduce((sum, one) => ({ right: sum.right + one.right, calls: sum.calls + one.calls }), { right: 0, calls: 0 });
if (options.json) writeFileSync(options.json, JSON.stringify({ counts, total, faults, skipped }, null, 1));
for (const line of skipped) console.log(`${line}; the operation is not called`);
for (const { kind, operation, status, fault } of faults) console.log(`${operation}: ${kind}: ${status}: ${fault}`);
for (const [kind, { right, calls }] of Object.entries({ ...counts, all: total })) console.log(`${kind}: ${right} of ${calls} correct`);
process.exitCode = faults.length ? 1 : 0;
