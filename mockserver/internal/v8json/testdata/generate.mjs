// Writes node20.json: JSON texts, well-formed and broken, and what Node makes of
// each: node generate.mjs > node20.json (with Node 20)
const parts = ['{', '}', '[', ']', ':', ',', '"', '\\', '\\u', '\\ud83d', '\\ude00', '\\x', '0', '1', '-', '.', 'e', '+',
  'true', 'nul', 'NaN', ' ', '\n', 'a', 'é', '😀', '\u0001', '"a"', '{"a":1}', '[1]', '01', '1.', '-0', '1e999', "'"];
const texts = ['{"name":"a","enabled":true}', '[1,2,{"x":null}]', '"abc\\n"', '12.5e-3', '{"10":1,"2":2,"b":3,"a":4}',
  '{"name":"caf\\u00e9","description":"long enough to be abbreviated"}', '{"emoji":"😀😀😀😀😀😀😀😀"}'];
const fixed = ['', ' ', '{', '{"a"', '{"a":', '{"a":1', '{"a":1,', '[', '[1', '[1,', '"', '"\\', '"\\u', '"\\u12', '"\\u12x4"', '-', '1.', '1e',
  '1e+', '01', 'tru', 'nulL', 'nu"x"', 'nu1', 'undefined', 'NaN', 'Infinity', '[object Object]', '{"a":1,}', '[1,]', "{'a':1}", '{a:1}', '[1 2]',
  '{"a" 1}', '{"a":1 "b":2}', '{"a":1,"b" 2}', '{}x', '[]]', '1 2', '"\t"', '"\u0000"', '"\\é"', '"\\😀"', '\ufeff{}', '{"a":NaN}', '+1', '.5',
  '1.0', '1e21', '1e-7', '-0', '123456789012345678901', '1e999', '{"b":1,"a":2,"10":3,"9":4,"b":5}', '"\\ud800"', '"\\ud83d\\ude00"',
  '"\u2028\u007f<>&"', '{"__proto__":1}', '"\\/\\b\\f\\n\\r\\t\\u0007"', 'x'.repeat(40), '[' + '1,'.repeat(30) + 'x' + ',1'.repeat(30) + ']'];
let seed = 7;
const random = n => { seed = (seed * 1103515245 + 12345) & 0x7fffffff; return (seed >> 8) % n; };
for (let i = 0; i < 400; i++) {
  const text = [...texts[i % texts.length]];
  for (let k = random(2) + 1; k--;) text.splice(random(text.length + 1), random(2), parts[random(parts.length)]);
  fixed.push(text.join(''));
}
const lines = fixed.map(text => {
  text = Buffer.from(text).toString(); // a request is UTF-8 and holds no half of a pair
  try {
    return JSON.stringify({ text, printed: JSON.stringify(JSON.parse(text)) });
  } catch (e) {
    return JSON.stringify({ text, error: e.message });
  }
});
process.stdout.write('[\n' + lines.join(',\n') + '\n]\n');
