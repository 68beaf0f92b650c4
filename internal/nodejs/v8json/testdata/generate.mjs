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
// numbers, keys and strings as JSON.stringify prints them
fixed.push('[0.1,0.30000000000000004,1e20,1e21,999999999999999900000,0.000001,0.0000001,1.5e-7,5e-324,1e-400,-1e-400,1.7976931348623157e308,-1e999]',
  '[9007199254740991,9007199254740993,-9007199254740992,123456789012345680000,0.1234567890123456789,-0.0,0e5,1E+2,12e-1,100000000000000.5,-12.50]',
  '{"4294967295":1,"4294967294":2,"01":3,"-1":4,"1.5":5,"0":6,"":7,"a":{"2":1,"b":2,"1":3}}', '{"a":1,"b":2,"a":{"c":3,"c":4}}', '{"__proto__":1,"constructor":2,"__proto__":3}',
  '["\\ud83d","\\ude00","\\ude00\\ud83d","\\ud83dx","\\ud83d\\n\\ude00","\\uD83D\\uDE00","\\ud83d😀","\\udbff\\udfff","\\udc00\\udc00"]',
  '"\\u0000\\u001f\\u0020\\u007f\\u0080\\u00ff\\u2028\\uffff"', '[[],{},[[]],{"a":[]},"",true,false,null]', ' \t\r\n[ 1 , 2 ] ');
// places that decide the wording: whole special texts, and what is shown around a token
fixed.push(' undefined', 'undefined ', 'undefine', '[object Array]', '[object Object', 'nullx', 'null null', 'truefalse', '\u000b1', '\u00a01', '\u20281', '1\u00a0', 'é', '€', '😀', '{"a":é}',
  '[1,\ufeff2]', '{"a":1}}', '[1]]', '"a" "b"', '{"a":1,"b":2,"c"', '{"a":1,"b"x', '{"a"x', '{"a"1', '{"a""b"', '[,1]', '[1,,2]', '{,}', '{"a":}', '{"a":,', ':', ',', ']', '}', '"\\u00e', '"\\u00ex"',
  '"\\u', '"\\uD83D\\', '"\\uD83D\\u', '"\\x"', '"\\ÿ"', '"\\Ā"', '"\\\n"', '"a\nb"', '"\u007f"', '-', '-x', '-01', '00', '0x1', '1.x', '.1', '1..2', '1e+x', '1e-', '1ee1', '1.e1', '--1', '+1', '1-1', '1_000');
for (let size = 8; size <= 24; size++) {
  fixed.push('[' + ' '.repeat(size - 2) + 'x', 'x' + ' '.repeat(size - 1), ' '.repeat(10) + 'x' + ' '.repeat(size - 8), '["' + '😀'.repeat(size) + '",x,"' + 'é'.repeat(size) + '"]', 'é' + '€'.repeat(size - 1));
}
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
