// Writes express4.json: query strings and what Express 4 makes of each, as
// JSON.stringify prints it. Run where the npm package qs 6.16.2 is installed:
// node generate.mjs > express4.json
import { createRequire } from 'node:module';
const qs = createRequire(process.cwd() + '/')('qs');
const repeat = (n, part) => Array(n).fill(part).join('&');
const texts = ['', 'limit=1', 'limit', 'limit=', '=1', '=', '&&', 'limit=1&&limit=2', 'limit=1=2', 'limit=1,2', 'limit.a=1', '?limit=1', 'a;b=1',
  // decoding
  'limit=%zz', 'limit=%', 'limit=%4', 'limit=a+b%20c', 'limit=a+b%zz', 'limit=%FF', 'limit=%C3', 'limit=%C3%A9', 'limit=%c3%a9', 'limit=%C3x%A9', 'limit=%C0%80',
  'limit=%E2%82%AC', 'limit=%E2%82', 'limit=%ED%A0%80', 'limit=%EF%BF%BD', 'limit=%F0%9F%98%80', 'limit=%F4%90%80%80', 'limit=%F5%80%80%80', 'limit=%00', 'limit=é',
  'limit=%2B%26%3D', 'limit=%255B', 'l%69mit=1&limit=2', 'a+b=1&a%20b=2', '%zz=1', 'limit=%22%5C%0A', 'limit=%E2%80%A8<>%26',
  // arrays, objects and both at one place
  'limit=1&limit=2', 'limit=&limit=', 'limit[]=1', 'limit[]=1&limit[]=2', 'limit[0]=1', 'limit[3]=1&limit[1]=2', 'limit[10]=1&limit[2]=2', 'limit[25]=1', 'limit[0]=a&limit[0]=b',
  'limit[01]=a', 'limit[-1]=a', 'limit[+1]=a', 'limit[ 1]=a', 'limit[1e3]=a', 'limit[a]=1', 'limit[a]=1&limit[b]=2', 'limit[b]=1&limit[a]=2&limit[1]=3&limit[0]=4',
  'limit[a]=&limit[a]=2', 'limit[]', 'limit[]=', 'limit[]=&limit[]=', 'limit[][]=1', 'limit[][a]=1', 'limit[][a]=1&limit[][a]=2', 'limit[][a]=1&limit[][b]=2', 'limit[0][a]=1&limit[0][b]=2',
  'limit=1&limit[]=2', 'limit[]=1&limit=2', 'limit=1&limit[a]=2', 'limit[a]=1&limit=2', 'limit[a]=1&limit=2&limit=3', 'limit[a]=1&limit=', 'limit[]=1&limit[a]=2', 'limit[a]=1&limit[]=2',
  'limit[a]=1&limit=2&limit[]=3', 'limit[a]=1&limit=2&limit[b]=3', 'limit[a]=1&limit=2&limit[5]=3&limit[b]=1', 'limit=1&limit[3]=2', 'limit=&limit[a]=1', 'a[b]=1&a[b][c]=2&a[b]=3',
  // odd brackets
  'limit%5B%5D=1', 'limit%5Ba%5D=1', 'limit%5b0%5d=1', 'limit[=1', 'limit]=1', 'limit[a=1', 'limit[a]b=1', 'limit[a]b[c]=1', 'limit[[a]]=1', 'limit[[]=1', 'limit[]]=1', 'limit[a=b]=c', 'limit=a]=b',
  '[limit]=1', '[]=1', '[]=1&[]=2', '[0]=1', '[0]=1&0=2', '[a][b]=1', '[=1', ']=1', 'a[b', 'a[]b[]=1', 'a[%20]=1', 'a[+]=1', 'a[é]=1', 'a[%zz]=1',
  // names that JavaScript knows, and the order of keys
  'limit[__proto__]=1', '__proto__[limit]=1', '__proto__=1', 'a[b][__proto__]=1&a[b]=2', 'limit[constructor]=1', 'toString=1', 'hasOwnProperty[a]=1', 'limit[length]=1', 'limit[]=1&limit[length]=2',
  'b=1&a=2&10=3&9=4&4294967294=5&4294967295=6&01=7', '1[a]=1&1=2', 'a[4294967295]=1&a[4294967294]=2',
  // bounds
  'limit[a][b][c][d][e]=1', 'limit[a][b][c][d][e][f]=1', 'limit[a][b][c][d][e][f][g]=1', 'limit[][][][][][][]=1', 'limit[a][b][c][d][e][f]x[g=1', 'limit[999]=1', 'limit[1000]=1', 'limit[1000]=1&limit=2',
  'limit[1000]=1&limit[a]=2&limit=3', 'limit[999]=1&limit=2', 'limit[999]=1&limit=2&limit=3', 'limit[][1000]=1', 'limit[][1000]=1&limit[]=2', 'limit=1&limit[1000]=2', 'limit[a]=1&limit[1000]=2&limit=3',
  'limit[a]=1&limit=2&limit[1000]=3&limit=4', 'limit[9007199254740993]=1', 'limit[9007199254740992]=1&limit=2', 'limit[999999999999999900000]=1&limit=2', 'limit[1000000000000000000000]=1', 'limit=0&limit[999]=1',
  '[1000]=1', repeat(21, 'limit=1'), repeat(25, 'limit[]=x'), repeat(1001, 'a') + '&limit=2', repeat(999, 'a=1') + '&a[]=2', repeat(999, '') + '&limit=1&limit=2'];
let seed = 3;
const random = n => { seed = (seed * 1103515245 + 12345) & 0x7fffffff; return (seed >> 8) % n; };
const pick = list => list[random(list.length)];
const brackets = ['', '', '[]', '[a]', '[b]', '[0]', '[1]', '[999]', '[1000]', '[a][b]', '[][a]', '[0][a]', '[a][]', '[a][0]', '[][]', '[', ']', '[[a]', '[__proto__]', '%5Bb%5D'];
for (let i = 0; i < 300; i++) {
  const parts = [];
  for (let k = random(5) + 1; k--;) parts.push(pick(['a', 'a', 'a', 'b', '0', '']) + pick(brackets) + pick(['=1', '=2', '=3', '=', '', '=%41', '=%zz', '==']));
  texts.push(parts.join('&'));
}
const lines = texts.map(query => JSON.stringify({ query, printed: JSON.stringify(qs.parse(query, { allowPrototypes: true, arrayLimit: 1000 })) }));
process.stdout.write('[\n' + lines.join(',\n') + '\n]\n');
