"use strict";
// The live page of unleash-mock. It calls only the control API that serves it. Data from
// clients is always inserted as text.

// The number of exchanges that the page shows.
const shownExchanges = 500;

// ---- The page's elements ----------------------------------------------------

const $ = (id) => document.getElementById(id);

// element makes an element. Children that are strings become text.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

function options(select, entries) {
  select.append(...entries.map(([value, label]) => element("option", { value }, label)));
}

let announced;
// announce shows the outcome of an action, also to screen readers.
function announce(text, bad = false) {
  const line = $("announcement");
  line.textContent = text;
  line.dataset.kind = bad ? "bad" : "";
  line.hidden = false;
  clearTimeout(announced);
  announced = setTimeout(() => { line.hidden = true; }, bad ? 12000 : 5000);
}

let asked = Promise.resolve(); // resolves when the last dialog has its answer

// ask opens a dialog and resolves to the text that was typed, or null. Without a label
// there is no field to type in. Each dialog waits for the previous one: a dialog closes
// before its close event arrives, and that event must not answer another dialog.
function ask(question) {
  asked = asked.then(() => openDialog(question));
  return asked;
}

function openDialog({ title, text = "", yes, label = "", secret = false }) {
  const dialog = $("ask");
  const input = $("ask-input");
  $("ask-title").textContent = title;
  $("ask-text").textContent = text;
  $("ask-label").textContent = label;
  $("ask-field").hidden = label === "";
  $("ask-yes").textContent = yes;
  input.type = secret ? "password" : "text";
  input.value = "";
  input.required = label !== "";
  $("ask-no").onclick = () => dialog.close();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === "yes" ? input.value : null);
    dialog.returnValue = "";
    dialog.showModal();
    (label ? input : $("ask-yes")).focus();
  });
}

// ---- The control API ----------------------------------------------------------

const tokenKey = "unleash-mock control token";
let asking = null; // the dialog for the token, if it is open

async function send(path, init = {}) {
  for (;;) {
    const headers = new Headers(init.headers);
    const token = sessionStorage.getItem(tokenKey);
    if (token) headers.set("Authorization", "Bearer " + token);
    const response = await fetch(path, { ...init, headers, cache: "no-store" });
    if (response.status !== 401) return response;
    if (token !== sessionStorage.getItem(tokenKey)) continue; // another request has asked meanwhile
    asking ??= ask({
      title: "Control token",
      text: (token ? "The control API refuses this token." : "The control API needs a token here.") + " Enter the value of UNLEASH_MOCK_CONTROL_TOKEN.",
      label: "Token", yes: "Use it", secret: true,
    }).finally(() => { asking = null; });
    const typed = await asking;
    if (!typed) throw new Error("The control API needs its token.");
    sessionStorage.setItem(tokenKey, typed);
  }
}

// api calls the control API and returns its JSON. It throws an error with the reason that
// the API gives.
async function api(path, method = "GET", body = undefined) {
  const init = { method };
  if (body !== undefined) {
    init.body = typeof body === "string" ? body : JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  const response = await send(path, init);
  const value = await response.json();
  if (!response.ok) {
    const detail = value.details?.[0];
    const place = detail?.path?.replace(/^\/body/, "") ?? "";
    throw new Error(place && !(detail.message).includes(place) ? `${place}: ${detail.message}` : detail?.message ?? value.message);
  }
  return value;
}

// act runs a user's action and announces the outcome.
async function act(action, done = "") {
  try {
    await action();
    if (done) announce(done);
  } catch (problem) {
    announce(problem.message, true);
  }
}

// ---- The stream of exchanges ----------------------------------------------------

const exchanges = new Map(); // by id
const fresh = []; // received since the list was drawn
let newest = 0;
let paused = false;
let drawing = false;
let chosen = null; // the id of the exchange in the detail view

function connected(state) {
  const line = $("connection");
  if (line.dataset.state === state) return;
  line.dataset.state = state;
  line.textContent = { live: "live", lost: "connection lost, trying again", failed: "not connected; reload the page to try again", connecting: "connecting" }[state];
}

// follow reads the stream forever. It does not use EventSource, which could not send the
// token.
async function follow() {
  for (let wait = 500; ; wait = Math.min(wait * 2, 8000)) {
    try {
      const response = await send("events", { headers: { "Last-Event-ID": String(newest) } });
      if (!response.ok) throw new Error((await response.json()).message);
      connected("live");
      wait = 500;
      await readEvents(response.body);
    } catch (problem) {
      if (problem.name === "AbortError") return;
    }
    connected("lost");
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function readEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) {
      const event = { name: "message", data: "" };
      for (const line of text.slice(0, end).split("\n")) {
        if (line.startsWith("event: ")) event.name = line.slice(7);
        if (line.startsWith("data: ")) event.data += line.slice(6);
      }
      if (event.data) happened(event.name, JSON.parse(event.data));
    }
  }
}

function happened(name, data) {
  if (name === "gap") announce(`Exchanges that came too fast to be shown: ${data.missed}.`);
  if (name === "hello" && data.newest < newest) startOver(); // not the same mock as before
  if (name === "state") soon(refreshOpenView);
  if (name !== "exchange") return;
  newest = Math.max(newest, data.id);
  fresh.push(data);
  if (!drawing && !paused) {
    drawing = true;
    requestAnimationFrame(() => { drawing = false; drawFresh(); });
  }
  if (data.rule) soon(refreshRules);
  soon(refreshOpenView);
}

function startOver() {
  newest = 0;
  forgetExchanges();
}

function forgetExchanges() {
  exchanges.clear();
  fresh.length = 0;
  $("exchanges").replaceChildren();
  showDetail(null);
  drawCount();
}

// soon runs an action once, shortly after the last of many calls.
const timers = new Map();
function soon(action) {
  clearTimeout(timers.get(action));
  timers.set(action, setTimeout(() => act(action), 250));
}

// ---- The list of exchanges ----------------------------------------------------------

function drawFresh() {
  const rows = [];
  for (const exchange of fresh.splice(0).slice(-shownExchanges)) {
    exchanges.set(exchange.id, exchange);
    rows.unshift(row(exchange));
  }
  const list = $("exchanges");
  list.prepend(...rows);
  while (list.children.length > shownExchanges) {
    exchanges.delete(Number(list.lastElementChild.dataset.id));
    list.lastElementChild.remove();
  }
  drawCount();
}

function drawCount() {
  const list = $("exchanges");
  $("count-traffic").textContent = exchanges.size || "";
  const none = ![...list.children].some((item) => !item.hidden);
  $("nothing").hidden = !none;
  $("nothing").textContent = exchanges.size
    ? "No exchange matches the filter."
    : isProxy() ? "No requests yet. Send one through the proxy, and it appears here."
      : "No requests yet. Send one to the mock, and it appears here.";
}

const statusText = (status) => status > 0 ? String(status) : isProxy() ? "none" : "reset";
const statusClass = (status) => "status s" + Math.floor(status / 100);
const clockTime = (time) => new Date(time).toLocaleTimeString(undefined, { hour12: false }) + "." + String(new Date(time).getMilliseconds()).padStart(3, "0");
const took = (ms) => ms < 10 ? ms.toFixed(2) + " ms" : ms < 1000 ? Math.round(ms) + " ms" : (ms / 1000).toFixed(2) + " s";

// isExample reports whether an operation is answered from the document of serve --spec.
const isExample = (operationId) => here.examples.has(operationId);

function row(exchange) {
  const about = element("span", { class: "about" }, exchange.operationId ?? "no operation", isExample(exchange.operationId) ? " (example) · " : " · ", exchange.caller);
  if (exchange.violations.length) about.prepend(element("span", { class: "tag violation" }, exchange.violations.length === 1 ? "violation" : exchange.violations.length + " violations"), " ");
  if (exchange.rule) about.prepend(element("span", { class: "tag rule" }, exchange.rule === "prefer" ? "prefer" : "rule " + exchange.rule), " ");
  const button = element("button", { type: "button", class: "row fresh", onclick: () => act(() => choose(exchange.id)) },
    element("span", {}, element("span", { class: statusClass(exchange.status) }, statusText(exchange.status))),
    element("span", { class: "method" }, exchange.method),
    element("span", { class: "target", title: exchange.target }, exchange.target),
    element("span", { class: "took" }, took(exchange.durationMs)),
    element("span", { class: "time" }, clockTime(exchange.time)),
    about);
  const item = element("li", { "data-id": exchange.id }, button);
  item.hidden = !matches(exchange);
  return item;
}

function matches(exchange) {
  const text = $("filter-text").value.trim().toLowerCase();
  const operation = $("filter-operation").value;
  const status = $("filter-status").value;
  if (operation && exchange.operationId !== operation) return false;
  if (status && String(Math.floor(exchange.status / 100)) !== status) return false;
  if ($("filter-violations").checked && !exchange.violations.length) return false;
  const all = [exchange.method, exchange.target, exchange.operationId ?? "", exchange.status, exchange.caller].join(" ").toLowerCase();
  return text.split(/\s+/).every((word) => all.includes(word));
}

function filterList() {
  for (const item of $("exchanges").children) item.hidden = !matches(exchanges.get(Number(item.dataset.id)));
  drawCount();
}

// moveInList lets arrow keys move through the list.
function moveInList(event) {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  let item = event.target.closest("li");
  if (!step || !item) return;
  event.preventDefault();
  do item = item[step]; while (item && item.hidden);
  if (item) { item.firstElementChild.focus(); item.firstElementChild.click(); }
}

// ---- One exchange ----------------------------------------------------------------------

async function choose(id) {
  chosen = id;
  for (const item of $("exchanges").children) item.firstElementChild.setAttribute("aria-current", String(Number(item.dataset.id) === id));
  const response = await send("requests/" + id);
  if (chosen !== id) return; // another one was chosen meanwhile
  if (!response.ok) {
    showDetail(element("p", { class: "empty" }, "The journal no longer has this exchange."));
    return;
  }
  showDetail(...detail(await response.json()));
}

function showDetail(...children) {
  const panel = $("detail");
  if (children[0] === null) {
    chosen = null;
    panel.classList.remove("shown");
    panel.replaceChildren(element("p", { class: "empty" }, "Choose an exchange to see its headers and bodies."));
    return;
  }
  panel.replaceChildren(element("button", { type: "button", class: "back", onclick: leaveDetail }, "‹ Back"), ...children);
  panel.classList.add("shown");
  panel.scrollTop = 0;
  if (getComputedStyle(panel).position === "fixed") panel.focus();
}

function leaveDetail() {
  const before = chosen;
  showDetail(null);
  document.querySelector(`#exchanges li[data-id="${before}"] button`)?.focus();
}

function detail(exchange) {
  const curl = asCurl(exchange);
  const out = [
    element("div", { class: "head" },
      element("h2", {}, exchange.method + " " + exchange.target),
      element("span", { class: statusClass(exchange.status) }, statusText(exchange.status))),
    element("dl", { class: "facts" },
      ...fact("Operation", (exchange.operationId ?? "none") + (isExample(exchange.operationId) ? ", answered with an example from the document" : "")),
      ...fact("Caller", exchange.caller),
      ...fact("Time", `${new Date(exchange.time).toISOString()}, took ${took(exchange.durationMs)}`),
      ...(exchange.rule ? fact("Rule", exchange.rule === "prefer" ? "the header Prefer" : exchange.rule) : [])),
    element("div", { class: "buttons" },
      element("button", { type: "button", id: "copy", onclick: () => act(() => copy(curl), "Copied as curl.") }, "Copy as curl"),
      exchange.operationId && !isProxy() ? element("button", { type: "button", onclick: () => suggest(exchange) }, "Make a rule") : null),
  ];
  for (const breach of exchange.violations) {
    out.push(element("div", { class: "breach" },
      element("strong", {}, `${breach.direction === "request" ? "Request" : "Response"} ${outcome(breach)}`), " at ",
      element("code", {}, breach.in + breach.pointer), element("br"), breach.reason));
  }
  out.push(half("Request", exchange.request, exchange.violations.filter((breach) => breach.direction === "request")));
  out.push(half("Response", exchange.response, exchange.violations.filter((breach) => breach.direction === "response")));
  out.push(element("section", {}, element("details", {}, element("summary", {}, "As curl"), element("pre", { id: "curl" }, curl))));
  return out;
}

// outcome describes what became of a violation.
function outcome(breach) {
  if (breach.outcome === "passed") return "passed on";
  return breach.outcome === "replaced" && isProxy() ? "replaced by a 502" : breach.outcome;
}

const fact = (name, value) => [element("dt", {}, name), element("dd", {}, value)];

function half(title, message, breaches) {
  const section = element("section", { "data-half": title.toLowerCase() }, element("h3", {}, title));
  if (message.body) section.append(codeOf(message.body, breaches));
  else section.append(element("p", { class: "quiet" }, message.size > 0 ? `The body of ${message.size} bytes was not ${isProxy() ? "kept" : "read"}.` : "No body."));
  if (message.truncated) section.append(element("p", { class: "quiet" }, `Cut off: the body has ${message.size} bytes.`));
  const table = element("table", { class: "headers" });
  for (const header of message.headers) {
    table.append(element("tr", {}, element("th", { scope: "row" }, header.name), element("td", {}, header.value)));
  }
  if (message.headers.length) section.append(element("details", { open: title === "Request" }, element("summary", {}, `Headers (${message.headers.length})`), table));
  return section;
}

// codeOf shows a body: JSON line by line, with violations of the contract marked.
function codeOf(text, breaches) {
  const code = element("div", { class: "code", tabindex: "0", role: "group", "aria-label": "Body" });
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    code.append(element("div", { class: "line" }, text));
    return code;
  }
  const marks = new Map();
  for (const breach of breaches.filter((breach) => breach.in === "body")) {
    marks.set(breach.pointer, [...(marks.get(breach.pointer) ?? []), breach.reason]);
  }
  const lines = [];
  printJSON(lines, value, "", "", "", false);
  for (const line of lines) {
    const reasons = line.opens === undefined ? undefined : marks.get(line.opens);
    const shown = element("div", { class: reasons ? "line marked" : "line", "data-pointer": line.opens }, ...line.parts);
    if (reasons) shown.append(element("span", { class: "note" }, "← " + reasons.join("; ")));
    code.append(shown);
  }
  return code;
}

// printJSON adds the lines of a value. A line's opens is the JSON pointer of the value that
// begins there.
function printJSON(lines, value, pointer, indent, key, comma) {
  const name = key === "" ? [] : [element("span", { class: "key" }, key), ": "];
  const tail = comma ? "," : "";
  const isList = Array.isArray(value);
  if (value === null || typeof value !== "object") {
    const kind = value === null || typeof value === "boolean" ? "literal" : typeof value;
    lines.push({ opens: pointer, parts: [indent, ...name, element("span", { class: kind }, JSON.stringify(value)), tail] });
    return;
  }
  const entries = Object.entries(value);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) {
    lines.push({ opens: pointer, parts: [indent, ...name, open + close + tail] });
    return;
  }
  lines.push({ opens: pointer, parts: [indent, ...name, open] });
  entries.forEach(([property, inner], index) => {
    const token = property.replaceAll("~", "~0").replaceAll("/", "~1");
    printJSON(lines, inner, `${pointer}/${token}`, indent + "  ", isList ? "" : JSON.stringify(property), index < entries.length - 1);
  });
  lines.push({ parts: [indent, close + tail] });
}

// Headers that curl sets itself, or that would be wrong in another request.
const ownHeaders = ["host", "content-length", "accept-encoding", "connection", "transfer-encoding", "unleash-mock-workspace"];

function asCurl(exchange) {
  const quote = (text) => "'" + text.replaceAll("'", `'\\''`) + "'";
  const parts = ["curl", "-i"];
  if (exchange.method === "HEAD") parts.push("--head");
  else parts.push("-X", /^[A-Z]+$/.test(exchange.method) ? exchange.method : quote(exchange.method)); // a client may call it anything
  parts.push(quote(location.origin + here.base + here.workspacePath + exchange.target));
  for (const { name, value } of exchange.request.headers) {
    if (ownHeaders.includes(name.toLowerCase())) continue;
    if (name.toLowerCase() === "authorization") parts.push("-H", `"Authorization: $UNLEASH_TOKEN"`);
    else parts.push("-H", quote(name + ": " + value));
  }
  if (exchange.request.body) parts.push("--data-raw", quote(exchange.request.body));
  return parts.join(" ");
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without HTTPS the clipboard is not available: show and select the text instead.
  const shown = $("curl");
  shown.closest("details").open = true;
  getSelection().selectAllChildren(shown);
  throw new Error("The browser does not let this page use the clipboard. The command is selected below.");
}

function suggest(exchange) {
  $("rule-operation").value = exchange.operationId;
  statusesOf(exchange.operationId);
  leaveDetail();
  show("rules");
  $("rule-status").focus();
}

// ---- Rules -----------------------------------------------------------------------------------

async function refreshRules() {
  const { rules } = await api("rules");
  $("count-rules").textContent = rules.length || "";
  $("rules-none").hidden = rules.length > 0;
  $("active-rules").replaceChildren(...rules.map((active) => element("li", {},
    element("div", { class: active.exhausted ? "what used" : "what" },
      element("strong", {}, active.rule.name || "Rule " + active.id), element("br"), worded(active.rule), element("br"),
      element("span", { class: "quiet" }, `${active.hits} ${active.hits === 1 ? "hit" : "hits"}${active.exhausted ? ", used up" : ""}`)),
    element("button", { type: "button", "aria-label": "Remove " + (active.rule.name || "rule " + active.id), onclick: () => act(async () => {
      await api("rules/" + encodeURIComponent(active.id), "DELETE");
      await refreshRules();
    }, "The rule was removed.") }, "Remove"))));
}

function worded(rule) {
  const match = rule.match ?? {};
  const out = [match.operations?.join(", ") ?? "every operation"];
  if (match.path) out.push(match.path);
  for (const [name, value] of Object.entries(match.query ?? {})) out.push(`${name}=${value}`);
  for (const [name, value] of Object.entries(match.headers ?? {})) out.push(`${name}: ${value}`);
  for (const [pointer, value] of Object.entries(match.body ?? {})) out.push(`${pointer} = ${JSON.stringify(value)}`);
  const then = [];
  if (rule.answer) then.push("answers " + rule.answer.status);
  if (rule.delay) then.push("after " + (typeof rule.delay === "string" ? rule.delay : `a ${rule.delay.distribution} delay`));
  if (rule.fault) then.push("fault " + rule.fault);
  if (rule.times) then.push(rule.times === 1 ? "once" : rule.times + " times");
  if (rule.probability) then.push(`with probability ${rule.probability}`);
  return out.join(", ") + " → " + then.join(", ");
}

function statusesOf(operationId) {
  const operation = here.operations.find((one) => one.operationId === operationId);
  const known = operation?.statuses.filter((status) => status >= 400) ?? [400, 401, 403, 404, 409, 429, 500];
  const others = [502, 503, 504].filter((status) => !known.includes(status));
  const select = $("rule-status");
  const before = select.value;
  select.replaceChildren();
  options(select, [["", "As usual"], ...known.map((status) => [status, String(status)]), ...others.map((status) => [status, operation ? `${status} (not in the contract)` : String(status)])]);
  select.value = [...select.options].some((option) => option.value === before) ? before : "";
}

function parsedField(id, what) {
  try {
    return JSON.parse($(id).value);
  } catch {
    throw new Error(`${what} is not JSON.`);
  }
}

// pair makes an object of a name and a value, which is anything if it is missing.
function pair(text, separator) {
  const [name, ...value] = text.split(separator);
  return { [name.trim()]: value.length ? value.join(separator).trim() : "*" };
}

function ruleOfForm() {
  const text = (id) => $(id).value.trim();
  const rule = {};
  const match = {};
  if (text("rule-name")) rule.name = text("rule-name");
  if (text("rule-operation")) match.operations = [text("rule-operation")];
  if (text("rule-path")) match.path = text("rule-path");
  if (text("rule-query")) match.query = pair(text("rule-query"), "=");
  if (text("rule-header")) match.headers = pair(text("rule-header"), ":");
  if (text("rule-pointer")) match.body = { [text("rule-pointer")]: parsedField("rule-value", "The value in the request’s body") };
  if (Object.keys(match).length) rule.match = match;
  if (text("rule-status")) rule.answer = { status: Number(text("rule-status")) };
  if (text("rule-body")) {
    if (!rule.answer) throw new Error("A body needs an answer: choose its status.");
    rule.answer.body = parsedField("rule-body", "The body of the answer");
  }
  if (text("rule-delay")) rule.delay = text("rule-delay");
  if (text("rule-fault")) rule.fault = text("rule-fault");
  if (text("rule-times")) rule.times = Number(text("rule-times"));
  if (text("rule-probability")) rule.probability = Number(text("rule-probability"));
  return rule;
}

async function setRule(event) {
  event.preventDefault();
  const problem = $("rule-problem");
  problem.hidden = true;
  try {
    await api("rules", "POST", ruleOfForm());
    $("rule").reset();
    statusesOf("");
    await refreshRules();
    announce("The rule is in force.");
  } catch (refused) {
    problem.textContent = refused.message;
    problem.hidden = false;
  }
}

// ---- State ---------------------------------------------------------------------------------------

async function refreshState() {
  const [state, clock, workspace] = await Promise.all([api("state?signals=50&events=0"), api("clock"), api("workspaces/" + encodeURIComponent(here.workspace))]);
  showClock(clock);
  $("count-endpoints").textContent = state.endpoints.length;
  $("count-signals").textContent = workspace.rows.signals;
  const named = new Map(state.endpoints.map((endpoint) => [endpoint.id, endpoint.name]));
  const tokens = new Map(state.endpoints.flatMap((endpoint) => endpoint.tokens.map((token) => [token.id, token.name])));
  $("endpoints").replaceChildren(...rowsOrNone(5, state.endpoints.map((endpoint) => element("tr", {},
    element("td", {}, String(endpoint.id)),
    element("td", {}, element("strong", {}, endpoint.name), endpoint.description ? element("br") : null, element("span", { class: "quiet" }, endpoint.description ?? "")),
    element("td", {}, element("span", { class: endpoint.enabled ? "tag on" : "tag off" }, endpoint.enabled ? "on" : "off")),
    element("td", {}, endpoint.tokens.map((token) => `${token.name} (${token.id})`).join(", ") || "none"),
    element("td", { class: "nowrap" }, instant(endpoint.createdAt))))));
  $("signals").replaceChildren(...rowsOrNone(5, state.signals.toReversed().map((signal) => element("tr", {},
    element("td", {}, String(signal.id)),
    element("td", {}, named.get(signal.sourceId) ?? `${signal.sourceId}, deleted`),
    element("td", {}, signal.tokenId === null ? "none" : tokens.get(signal.tokenId) ?? `${signal.tokenId}, deleted`),
    element("td", { class: "nowrap" }, instant(signal.createdAt)),
    element("td", {}, element("code", {}, JSON.stringify(signal.payload)))))));
}

// ---- Flags ---------------------------------------------------------------------------------------

async function refreshFlags() {
  const state = await api("state?signals=0&events=0&secrets=true");
  showSDKs(state.apiTokens);
  showInstances(state);
  const environments = state.environments.map((environment) => environment.name);
  const select = $("flags-environment");
  const chosenOne = environments.includes(select.value) ? select.value : environments.includes("development") ? "development" : environments[0];
  if (select.options.length !== environments.length || [...select.options].some((option, i) => option.value !== environments[i])) {
    select.replaceChildren(...environments.map((name) => element("option", { value: name }, name)));
  }
  select.value = chosenOne;
  const { features } = await api("flags?environment=" + encodeURIComponent(chosenOne));
  $("count-flags").textContent = features.length;
  showFlags(features);
  $("flag-names").replaceChildren(...features.map((flag) => element("option", { value: flag.name })));
}

// The wording of each decision.
const decisions = {
  "unknown-flag": "there is no such flag", "switched-off": "it is switched off", "no-strategies": "it has no strategies",
  "strategy-holds": "a strategy holds", "no-strategy-holds": "no strategy holds", "dependency-fails": "a dependency does not hold",
};

async function evaluate(event) {
  event.preventDefault();
  const name = $("evaluate-flag").value.trim();
  await act(async () => {
    const environment = encodeURIComponent($("flags-environment").value);
    const why = await api(`flags/${encodeURIComponent(name)}/evaluate?environment=${environment}`, "POST", parsedField("evaluate-context", "The context"));
    $("evaluate-result").textContent = `${name} is ${why.enabled ? "on" : "off"}, variant ${why.variant.name}: ${decisions[why.decision]}.`;
    const steps = (why.strategies ?? []).map(strategyTold);
    if (why.dependency) steps.unshift(`${why.dependency.feature}: ${why.dependency.verdict.replaceAll("-", " ")}`);
    $("evaluate-why").replaceChildren(...steps.map((step) => element("li", {}, step)));
  });
}

// strategyTold describes the verdict on a strategy.
function strategyTold(strategy) {
  let told = `${strategy.name}: ${strategy.verdict.replaceAll("-", " ")}`;
  if (strategy.segment !== undefined) told += `, segment ${strategy.segment}`;
  if (strategy.constraint) told += `, ${JSON.stringify(strategy.constraint)}`;
  if (strategy.problem) told += ` (${strategy.problem})`;
  if (strategy.bucket) told += `, at ${strategy.bucket} of 100`;
  return told;
}

// showFlags reuses existing rows, so that no click or focus in one is lost.
function showFlags(features) {
  const body = $("flag-rows");
  const known = new Map([...body.rows].map((row) => [row.dataset.flag, row]));
  const rows = rowsOrNone(5, features.map((flag) => fillFlagRow(known.get(flag.name) ?? flagRow(flag.name), flag)), "No flags yet. Name one above to switch it on.");
  if (rows.length !== body.rows.length || rows.some((row, i) => row !== body.rows[i])) body.replaceChildren(...rows);
}

function flagRow(name) {
  const box = element("input", { type: "checkbox", "aria-label": `${name} is on` });
  box.addEventListener("change", () => setFlag(name, { enabled: box.checked, keepStrategies: true }));
  const row = element("tr", {}, element("td", {}, box), ...Array.from({ length: 4 }, () => element("td", {})));
  row.dataset.flag = name;
  return row;
}

function fillFlagRow(row, flag) {
  const [box, name, ...others] = row.cells;
  box.firstChild.checked = flag.enabled;
  name.replaceChildren(element("strong", {}, flag.name), ...(flag.description ? [element("br"), element("span", { class: "quiet" }, flag.description)] : []));
  const texts = [flag.type, namesOf(flag.strategies), namesOf(flag.variants)];
  others.forEach((cell, i) => { cell.textContent = texts[i]; });
  return row;
}

const namesOf = (list) => list.map((item) => item.name).join(", ") || "none";

const setFlag = (name, setting) => act(async () => {
  try {
    await api(`flags/${encodeURIComponent(name)}?environment=${encodeURIComponent($("flags-environment").value)}`, "PATCH", setting);
  } finally {
    await refreshFlags();
  }
}, `${name} is ${setting.enabled ? "on" : "off"} in ${$("flags-environment").value}.`);

// showInstances lists the SDKs, and the flags that their applications asked for.
function showInstances(state) {
  const hour = state.flagCounts.reduce((newest, count) => count.hour > newest ? count.hour : newest, "");
  const rows = state.applications.flatMap((application) => application.instances.map((instance) => {
    const asked = state.flagCounts.filter((count) => count.hour === hour && count.appName === application.appName && count.environment === instance.environment);
    return element("tr", {},
      element("td", {}, element("strong", {}, application.appName)),
      element("td", {}, instance.instanceId),
      element("td", {}, instance.sdkVersion ?? "unknown"),
      element("td", {}, sdks[instance.sdkType]?.[0] ?? instance.sdkType),
      element("td", {}, instance.environment),
      element("td", { class: "nowrap" }, instant(instance.lastSeen)),
      element("td", {}, asked.map((count) => `${count.featureName} ${count.yes} on, ${count.no} off`).join("; ") || "nothing"));
  }));
  $("count-instances").textContent = rows.length;
  $("instances").replaceChildren(...rowsOrNone(7, rows, "No SDK has registered or sent metrics yet."));
}

// The kind and the URL of SDKs, by the type of their tokens.
const sdks = { backend: ["server", "../api"], frontend: ["browser", "../api/frontend"] };

function showSDKs(tokens) {
  if (here.upstream) {
    $("sdks").replaceChildren(element("tr", {}, element("td", { colspan: 5, class: "quiet" }, `SDKs get the flags of ${here.upstream}, with its tokens.`)));
    return;
  }
  $("sdks").replaceChildren(...rowsOrNone(5, tokens.filter((token) => sdks[token.type]).map((token) => element("tr", {},
    element("td", {}, sdks[token.type][0]),
    element("td", {}, element("code", {}, new URL(sdks[token.type][1], location.href).href)),
    element("td", {}, token.secret ? element("code", {}, token.secret) : element("span", { class: "quiet" }, "[redacted]"), " " + token.name),
    element("td", {}, token.projects.join(", ")),
    element("td", {}, token.environment)))));
}

const rowsOrNone = (columns, rows, none = "None.") => rows.length ? rows : [element("tr", {}, element("td", { colspan: columns, class: "quiet" }, none))];
const instant = (time) => new Date(time).toISOString().replace("T", " ").replace(/\.\d+/, "");

function showClock(clock) {
  const kind = clock.frozen ? "frozen" : clock.real ? "real time" : "set, running";
  $("clock").replaceChildren(instant(clock.now) + " ", element("span", { class: clock.real ? "tag off" : "tag rule" }, kind));
  $("clock-freeze").textContent = clock.frozen ? "Unfreeze" : "Freeze";
  $("clock-freeze").dataset.frozen = String(clock.frozen);
}

const setClock = (change) => act(async () => showClock(await api("clock", "PUT", change)));

async function download(path, name) {
  const response = await send(path);
  if (!response.ok) throw new Error((await response.json()).message);
  const link = element("a", { href: URL.createObjectURL(await response.blob()), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

async function importState(event) {
  const file = event.target.files[0];
  event.target.value = "";
  if (!file) return;
  await act(async () => {
    await api("state", "PUT", await file.text());
    await refreshState();
  }, `${file.name} was imported.`);
}

// ---- Coverage ---------------------------------------------------------------------------------------

async function refreshCoverage() {
  const coverage = await api("coverage");
  const rows = [...coverage.operations];
  if (coverage.other.length) rows.push({ operationId: "No operation", method: "", path: "", statuses: coverage.other });
  const statuses = [...new Set(rows.flatMap((row) => row.statuses.map((one) => one.status)))].sort((a, b) => a - b);
  const grades = Object.entries(coverage.grades ?? {});
  $("coverage-sum").textContent = `${coverage.covered} of ${coverage.documented} documented statuses were answered` +
    (grades.length > 1 ? ` (${grades.map(([grade, sum]) => `${grade} ${sum.covered} of ${sum.documented}`).join(", ")})` : "");
  $("matrix").replaceChildren(
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Operation"), ...statuses.map((status) => element("th", { scope: "col" }, statusText(status))))),
    element("tbody", {}, ...rows.map((row) => element("tr", {},
      element("th", { scope: "row" }, row.operationId, element("small", {}, `${row.method} ${row.path}${(row.grade ?? "stateful") === "stateful" ? "" : ` (${row.grade})`}`)),
      ...statuses.map((status) => element("td", {}, coverageCell(row.statuses.find((one) => one.status === status))))))));
}

function coverageCell(one) {
  if (!one) return "";
  if (one.count === 0) return element("span", { class: "cell open" }, element("span", { "aria-hidden": "true" }, "·"), element("span", { class: "hidden" }, "not answered yet"));
  return element("span", { class: one.documented ? "cell covered" : "cell beyond", title: one.documented ? "" : "not in the contract" },
    one.count > 9999 ? "9999+" : String(one.count), one.documented ? "" : element("span", { class: "hidden" }, " not in the contract"));
}

// ---- Views and workspaces ---------------------------------------------------------------------------

const views = { traffic: async () => {}, rules: refreshRules, flags: refreshFlags, state: refreshState, coverage: refreshCoverage };
let view = "traffic";

function refreshOpenView() {
  return view === "flags" || view === "state" || view === "coverage" ? views[view]() : Promise.resolve();
}

function show(name) {
  view = name in views ? name : "traffic";
  for (const each of Object.keys(views)) {
    $(each).hidden = each !== view;
    $("tab-" + each).setAttribute("aria-selected", String(each === view));
    $("tab-" + each).tabIndex = each === view ? 0 : -1;
  }
  history.replaceState(null, "", "#" + view);
  act(views[view]);
}

function moveInTabs(event) {
  const names = Object.keys(views);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = names[(names.indexOf(view) + step + names.length) % names.length];
  show(next);
  $("tab-" + next).focus();
}

const here = { mode: "", base: "", workspace: "default", workspacePath: "", operations: [], examples: new Set() };
const isProxy = () => here.mode === "proxy";
const another = "new workspace"; // no name contains a space

async function refreshWorkspaces() {
  const { workspaces } = await api("workspaces");
  const names = workspaces.map(({ name }) => name);
  const select = $("workspace");
  if (select.dataset.names === names.join(" ")) return; // or an open list would close
  select.dataset.names = names.join(" ");
  select.replaceChildren();
  options(select, [...names.map((name) => [name, name]), [another, "New…"]]);
  select.value = here.workspace;
}

async function switchWorkspace() {
  let name = $("workspace").value;
  if (name === another) {
    $("workspace").value = here.workspace;
    name = await ask({ title: "New workspace", text: "It starts from the seed and shares nothing with the others.", label: "Name: letters, digits, dots, hyphens, underscores", yes: "Create" });
    if (!name) return;
    await act(async () => {
      await api("workspaces", "POST", { name });
      go(name);
    });
    return;
  }
  go(name);
}

function go(name) {
  const path = name === "default" ? "" : "/w/" + encodeURIComponent(name);
  location.assign(`${here.base}${path}/_mock/#${view}`);
}

async function reset() {
  const sure = await ask({ title: `Reset ${here.workspace}?`, text: "This resets state, rules and clock to the seed, and clears the journal.", yes: "Reset" });
  if (sure === null) return;
  await act(async () => {
    await api("reset", "POST");
    forgetExchanges();
    await Promise.all([refreshRules(), views[view]()]);
  }, `The workspace ${here.workspace} was reset.`);
}

function setTheme(name) {
  if (name) document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
  try { localStorage.setItem("unleash-mock theme", name); } catch { /* then it is not stored */ }
}

// servedUnder returns the path under which everything is served. Only the browser knows it
// for sure, because proxies may strip parts of it.
function servedUnder(path) {
  const base = path.slice(0, path.lastIndexOf("/_mock/"));
  const own = "/w/" + here.workspace;
  return !isProxy() && base.endsWith(own) ? base.slice(0, -own.length) : base;
}

async function start() {
  const info = await api("info");
  Object.assign(here, { mode: info.mode, upstream: info.upstream, workspace: info.workspace, operations: info.operations });
  here.examples = new Set(info.operations.filter((one) => one.grade === "example").map((one) => one.operationId));
  here.base = servedUnder(location.pathname);
  document.documentElement.dataset.mode = info.mode;
  const isForeign = !info.operations.some((one) => one.path === "/api/client/features"); // another API has no flags
  document.documentElement.toggleAttribute("data-foreign", isForeign);
  if (isForeign) delete views.flags;
  const judge = `${isForeign ? "another API, version" : "Unleash"} ${info.apiVersion}`;
  here.workspacePath = info.workspace === "default" ? "" : "/w/" + info.workspace;
  $("version").textContent = isProxy()
    ? `${info.version} · proxy to ${info.upstream}, judged by ${judge}`
    : `${info.version} · ${judge}, ${isForeign ? "" : info.edition + ", "}${info.validation}`;
  document.title = isProxy() ? "unleash-mock proxy" : info.workspace === "default" ? "unleash-mock" : `${info.workspace} – unleash-mock`;
  drawCount();
  const operations = info.operations.map((operation) => [operation.operationId, operation.operationId]);
  options($("filter-operation"), operations);
  options($("rule-operation"), operations);
  if (isProxy()) {
    delete views.rules;
    delete views.flags;
    delete views.state;
  } else {
    statusesOf("");
    await Promise.all([refreshWorkspaces(), refreshRules()]);
  }
  const kept = await api("requests?limit=1");
  newest = Math.max(0, kept.newest - shownExchanges, kept.oldest - 1); // exchanges that are no longer kept must not count as missed
  follow();
  show(location.hash.slice(1));
}

function listen(id, event, action) { $(id).addEventListener(event, action); }

listen("exchanges", "keydown", moveInList);
listen("filter", "submit", (event) => event.preventDefault());
for (const id of ["filter-text", "filter-operation", "filter-status", "filter-violations"]) listen(id, "input", filterList);
listen("pause", "click", () => {
  paused = !paused;
  $("pause").setAttribute("aria-pressed", String(paused));
  if (!paused) drawFresh();
});
listen("clear", "click", () => act(async () => { await api("requests", "DELETE"); forgetExchanges(); }, "The journal is empty."));
listen("har", "click", () => act(() => download("requests.har", "unleash-mock.har")));
listen("rule", "submit", setRule);
listen("rule-operation", "input", () => statusesOf($("rule-operation").value));
listen("rules-clear", "click", () => act(async () => { await api("rules", "DELETE"); await refreshRules(); }, "All rules were removed."));
listen("clock-freeze", "click", () => setClock({ frozen: $("clock-freeze").dataset.frozen !== "true" }));
listen("clock-second", "click", () => setClock({ advance: "1s" }));
listen("clock-hour", "click", () => setClock({ advance: "1h" }));
listen("clock-day", "click", () => setClock({ advance: "24h" }));
listen("clock-real", "click", () => setClock({ real: true }));
listen("clock-form", "submit", (event) => { event.preventDefault(); setClock({ now: $("clock-now").value.trim() }); });
listen("evaluate", "submit", evaluate);
listen("flags-environment", "change", () => {
  $("flag-rows").replaceChildren(); // the old rows must not switch flags in the new environment
  act(refreshFlags);
});
listen("flag-form", "submit", (event) => {
  event.preventDefault();
  const name = $("flag-name").value.trim();
  $("flag-form").reset();
  setFlag(name, { enabled: true });
});
listen("export", "click", () => act(() => download("state", `unleash-mock-${here.workspace}.json`)));
listen("import", "change", importState);
listen("coverage-clear", "click", () => act(async () => { await api("coverage", "DELETE"); await refreshCoverage(); }));
listen("workspace", "change", () => act(switchWorkspace));
listen("workspace", "focus", () => act(refreshWorkspaces));
listen("reset", "click", () => act(reset));
for (const name of Object.keys(views)) listen("tab-" + name, "click", () => show(name));
document.querySelector(".tabs").addEventListener("keydown", moveInTabs);
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && chosen !== null && !$("ask").open) leaveDetail(); });
listen("theme", "change", () => setTheme($("theme").value));
try { $("theme").value = localStorage.getItem("unleash-mock theme") ?? ""; } catch { /* then the system's applies */ }
setTheme($("theme").value);
start().catch((problem) => { connected("failed"); announce(problem.message, true); });
