package secrets

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleash-mock/unleash-mock/internal/race"
	"github.com/unleash-mock/unleash-mock/internal/secrets/secretstest"
)

// TestByPosition checks that a value in a place for secrets is redacted, however short it
// is.
func TestByPosition(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		// Properties.
		`{"name":"a","tokens":[{"tokenName":"b"}]}`:                                              `{"name":"a","tokens":[{"tokenName":"b"}]}`,
		`{ "Token" : "plain" , "x":1}`:                                                           `{ "Token" : "[redacted]" , "x":1}`,
		`{"password":-12.5e3,"x":1}`:                                                             `{"password":"[redacted]","x":1}`,
		`{"token":["a",{"b":"]"}],"secret":{"c":[1,2]},"d":"e"}`:                                 `{"token":"[redacted]","secret":"[redacted]","d":"e"}`,
		`{"secrets":{"a":{"b":"c"}},"tokens":["a","b"]}`:                                         `{"secrets":"[redacted]","tokens":"[redacted]"}`,
		`{"api_token":"a","Api-Key":"b","clientSecret":"c"}`:                                     `{"api_token":"[redacted]","Api-Key":"[redacted]","clientSecret":"[redacted]"}`,
		`{"refresh_token":"a","privateKey":"b","sig":"c"}`:                                       `{"refresh_token":"[redacted]","privateKey":"[redacted]","sig":"[redacted]"}`,
		`{"to\u006ben":"a","\u0074oken":5,"tok\u0065n":{"a":1}}`:                                 `{"to\u006ben":"[redacted]","\u0074oken":"[redacted]","tok\u0065n":"[redacted]"}`,
		`{"token":"a\"b\\","x":"y"}`:                                                             `{"token":"[redacted]","x":"y"}`,
		`{"token":null,"password":true,"secret":"","auth":{}}`:                                   `{"token":null,"password":true,"secret":"","auth":{}}`,
		`{"token":"a","a":"token","b":1}`:                                                        `{"token":"[redacted]","a":"token","b":1}`,
		`{"token":"abc`:                                                                          `{"token":"[redacted]`,
		`{"token":"ab\`:                                                                          `{"token":"[redacted]`,
		`{"token":["abc","de`:                                                                    `{"token":"[redacted]"`,
		`{"token":"abc"]]}}"secret":"d" nonsense`:                                                `{"token":"[redacted]"]]}}"secret":"[redacted]" nonsense`,
		`failed on {'password': 'hunter2', 'a': 'b'}`:                                            `failed on {'password': '[redacted]', 'a': 'b'}`,
		`{"otp":"1","sessionId":"b","bearer":"c","DB_PASSWORD":"d","compass":"e","sidecar":"f"}`: `{"otp":"[redacted]","sessionId":"b","bearer":"[redacted]","DB_PASSWORD":"[redacted]","compass":"e","sidecar":"f"}`,
		// Names next to values.
		`[{"name":"Authorization","value":"a"},{"name":"Accept","value":"b"}]`:           `[{"name":"Authorization","value":"[redacted]"},{"name":"Accept","value":"b"}]`,
		`[{ "value" : "a" , "name" : "DB_PASSWORD" },{"value":"b","key":"x"}]`:           `[{ "value" : "[redacted]" , "name" : "DB_PASSWORD" },{"value":"b","key":"x"}]`,
		`{ "name" : "X-Api-Key" , "value" : "a" }`:                                       `{ "name" : "X-Api-Key" , "value" : "[redacted]" }`,
		`{"value":{"a":"b"},"name":"password"}`:                                          `{"value":{"a":"b"},"name":"password"}`,
		`{"key":"password","value":{"a":["b"]}}`:                                         `{"key":"password","value":"[redacted]"}`,
		`{"list":["password","value"],"value":"a","type":"password"}`:                    `{"list":["password","value"],"value":"a","type":"password"}`,
		`{"payload":"{\"name\":\"X-Api-Key\",\"value\":\"a\"}"}`:                         `{"payload":"{\"name\":\"X-Api-Key\",\"value\":\"[redacted]\"}"}`,
		`[{"name":"DB_PASSWORD","type":"string","n":1,"x":null,"value":"a"}]`:            `[{"name":"DB_PASSWORD","type":"string","n":1,"x":null,"value":"[redacted]"}]`,
		`[{"value":"a", "type":"string", "n" : 1 , "name":"DB_PASSWORD"},{"value":"b"}]`: `[{"value":"[redacted]", "type":"string", "n" : 1 , "name":"DB_PASSWORD"},{"value":"b"}]`,
		`{"name":"password","tags":[],"value":"a"} {"name":"token"},{"value":"b"}`:       `{"name":"password","tags":[],"value":"a"} {"name":"token"},{"value":"b"}`,
		`{"ParameterKey":"DbPassword","ParameterValue":"a"}{"k":"pwd","v":"b"}`:          `{"ParameterKey":"DbPassword","ParameterValue":"[redacted]"}{"k":"pwd","v":"[redacted]"}`,
		`{"variable":"API_KEY","val":"a","id":"x"},{"key":"token","values":["b"]}`:       `{"variable":"API_KEY","val":"[redacted]","id":"x"},{"key":"token","values":"[redacted]"}`,
		`{"name":"DB_PASSWORD","description":"the \"main\" one","value":"hunter2"}`:      `{"name":"DB_PASSWORD","description":"the \"main\" one","value":"[redacted]"}`,
		`{"value":"hunter2","a":"the \"main\" one\\","name":"DB_PASSWORD"}`:              `{"value":"[redacted]","a":"the \"main\" one\\","name":"DB_PASSWORD"}`,
		`{"name":"DB_PASSWORD","the \"main\"":"","value":"hunter2"}`:                     `{"name":"DB_PASSWORD","the \"main\"":"","value":"[redacted]"}`,
		// Words at the end of names, and numbers after them.
		`{"DB_PASS":"a","smtpPass":"b","MYSQL_PWD":"c","compass":"d","bypass":"e","PASS_RATE":"f"}`: `{"DB_PASS":"[redacted]","smtpPass":"[redacted]","MYSQL_PWD":"[redacted]","compass":"d","bypass":"e","PASS_RATE":"f"}`,
		`{"toggles":{"fast-pass":{"yes":1}},"user_otp":12,"password1":"a","API_KEY_2":"b"}`:         `{"toggles":{"fast-pass":{"yes":1}},"user_otp":12,"password1":"[redacted]","API_KEY_2":"[redacted]"}`,
		`{"toggles":{"auth0":{"a":1},"session2":{"a":1},"jwt2":{"a":1},"refresh-token-2":{"a":1}}}`: `{"toggles":{"auth0":{"a":1},"session2":{"a":1},"jwt2":{"a":1},"refresh-token-2":{"a":1}}}`,
		`{"auth0":"a","session2":"b","refresh-token-2":["c"],"jwt2":{"d":"e"}} properties[auth0]=f`: `{"auth0":"a","session2":"[redacted]","refresh-token-2":"[redacted]","jwt2":{"d":"e"}} properties[auth0]=f`,
		`DB_PASS=a SMTP_PWD_2=b bypass=c`: `DB_PASS=[redacted] SMTP_PWD_2=[redacted] bypass=c`,
		// Lines of YAML, INI and TOML.
		"- name: DB_PASSWORD\n  value: hunter2 # x\n- name: A\n  value: b": "- name: DB_PASSWORD\n  value: [redacted] # x\n- name: A\n  value: b",
		"- name: 'DB_PASS'\r\n  value: \"a b\"\r\n":                        "- name: 'DB_PASS'\r\n  value: \"[redacted]\"\r\n",
		"db:\n  password: hunter\n  token: null\n  secret: |\n":            "db:\n  password: [redacted]\n  token: null\n  secret: |\n",
		"[db]\npassword = a-1\n\ttoken = \"a b\"\nkey = c":                 "[db]\npassword = [redacted]\n\ttoken = \"[redacted]\"\nkey = c",
		`{"file":"password: hunter2","error":"password: required"}`:        `{"file":"password: [redacted]","error":"password: required"}`,
		`{"file":"a: b\n  token: hunter\n","b":"value: c"}`:                `{"file":"a: b\n  token: [redacted]\n","b":"value: c"}`,
		"token: must be a string\nif token == nil\nthe token: x":           "token: must be a string\nif token == nil\nthe token: x",
		"a" + strings.Repeat("-", 300) + " token: a-1":                     "a" + strings.Repeat("-", 300) + " token: a-1",
		// JSON in JSON.
		`{"payload":"{\"password\":\"a\\\"b\",\"pin\":1}","x":"y"}`: `{"payload":"{\"password\":\"[redacted]\",\"pin\":1}","x":"y"}`,
		`{"payload":"{\"password\":5}"}`:                            `{"payload":"{\"password\":[redacted]}"}`,
		`{"payload":"{\"secret\":{\"a\":[1,2","b":3}`:               `{"payload":"{\"secret\":[redacted]","b":3}`,
		// Parameters, forms, cookies, and what looks like them.
		`/api/x?token=signal_abc&y=1`:                 `/api/x?token=[redacted]&y=1`,
		`/x?access_token=a&api_key=b&%74oken=c&a=sig`: `/x?access_token=[redacted]&api_key=[redacted]&%74oken=[redacted]&a=sig`,
		`Get "/x?key=a&monkey=b&KEY=c": refused`:      `Get "/x?key=[redacted]&monkey=b&KEY=[redacted]": refused`,
		`see /x? key=a&b=c`:                           `see /x? key=a&b=c`,
		`a=b&key=c`:                                   `a=b&key=c`,
		`username=admin&password=hunter2&token=x`:     `username=admin&password=[redacted]&token=[redacted]`,
		`secret[a]=b&user.password=c&limit=1`:         `secret[a]=[redacted]&user.password=[redacted]&limit=1`,
		`{"client_assertion":"a","code_verifier":"b","code":"c","SAMLResponse":"d","masterKey":"e","key":"f"}`: `{"client_assertion":"[redacted]","code_verifier":"[redacted]","code":"c","SAMLResponse":"[redacted]","masterKey":"[redacted]","key":"f"}`,
		`{"query":"mutation { login(user: \"bob\", password: \"a b\") { token } }"}`:                           `{"query":"mutation { login(user: \"bob\", password: \"[redacted]\") { token } }"}`,
		`{token: 'a b', name: "c"}`:                                `{token: '[redacted]', name: "c"}`,
		"password: \"a b\"\nX-Api-Key: 'c'\nuser: \"d\"":           "password: \"[redacted]\"\nX-Api-Key: '[redacted]'\nuser: \"d\"",
		`invalid token: expected another, "a": see`:                `invalid token: expected another, "a": see`,
		`{"a":"no token:","b":"c","d":"the secret: ","e":1}`:       `{"a":"no token:","b":"c","d":"the secret: ","e":1}`,
		`/x;jsessionid=abc&a=b`:                                    `/x;jsessionid=[redacted]&a=b`,
		`host=localhost password='a b' user="token"`:               `host=localhost password='[redacted]' user="token"`,
		`{"a":"token=","b":"x","c":"password=y"}`:                  `{"a":"token=","b":"x","c":"password=[redacted]"}`,
		`{"a":"token='","b":"it's"}`:                               `{"a":"token='","b":"it's"}`,
		`AccountName=a;AccountKey=b==;x=y&password_confirmation=c`: `AccountName=a;AccountKey=[redacted];x=y&password_confirmation=[redacted]`,
		`password=hunter2, or so`:                                  `password=[redacted], or so`,
		// Headers in a text.
		`curl -H 'Authorization: abc' -H 'Cookie: session=S; theme=dark'`:                          `curl -H 'Authorization: [redacted]' -H 'Cookie: [redacted]'`,
		"X-Api-Key: S\r\nAccept: */*":                                                              "X-Api-Key: [redacted]\r\nAccept: */*",
		`Authorization: Bearer abc`:                                                                `Authorization: Bearer [redacted]`,
		`invalid token: expected a different token type for this endpoint`:                         `invalid token: expected a different token type for this endpoint`,
		"-Cookie: a=hunter2; b=c\n+Cookie: d\n-Authorization: ApiKey hunter2\n":                    "-Cookie: [redacted]\n+Cookie: [redacted]\n-Authorization: ApiKey [redacted]\n",
		`["curl","-HCookie: a=hunter2; b=c"] curl "-HAuthorization: Token hunter2" -HX-Api-Key:a1`: `["curl","-HCookie: [redacted]"] curl "-HAuthorization: Token [redacted]" -HX-Api-Key:[redacted]`,
		"flag needs an argument: -auth-token: it is empty, --api-token: none":                      "flag needs an argument: -auth-token: it is empty, --api-token: none",
		// Credentials.
		`it sent Bearer 0123 and bearer  abcdefgh.ij`:    `it sent Bearer [redacted] and bearer  [redacted]`,
		`Basic dXNlcjpwYXNz, Basic auth, basic training`: `Basic [redacted], Basic auth, basic training`,
		`the bearer token, Bearer authentication`:        `the bearer token, Bearer authentication`,
		// URLs.
		`GET http://u:PASS@h/x: http://token@h, https://h/@x`:                  `GET http://[redacted]@h/x: http://[redacted]@h, https://h/@x`,
		`http://u:p#w@h/x http://u:p/w@h http://u:1?w@h http://u:p@h/x@y`:      `http://[redacted]@h/x http://[redacted]@h http://[redacted]@h http://[redacted]@h/x@y`,
		`http://h:80/@x http://h: @x http://[::1]/@x http://h:80 http://h:/@x`: `http://h:80/@x http://h: @x http://[::1]/@x http://h:80 http://h:/@x`,
		`http%3A%2F%2Fu%3Ap%40h%2Fx`:                                           `http%3A%2F%2F[redacted]%40h%2Fx`,
		`[info] %22token%22:%22S%22, %22a%22:%22b%22`:                          `[info] %22token%22:%22[redacted]%22, %22a%22:%22b%22`,
		`&quot;token&quot;: &quot;S&quot;, &quot;a&quot;: &quot;b&quot;`:       `&quot;token&quot;: &quot;[redacted]&quot;, &quot;a&quot;: &quot;b&quot;`,
		// Forms in parts.
		"--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nhunter2\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--b--": "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n[redacted]\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--b--",
		"--b\ncontent-disposition: FORM-DATA; filename=x; name=user[pass]\nContent-Type: text/plain\n\nh\n2\n--b--":                                      "--b\ncontent-disposition: FORM-DATA; filename=x; name=user[pass]\nContent-Type: text/plain\n\n[redacted]\n--b--",
		`{"body":"--b\r\nContent-Disposition: form-data; name=\"pwd\"\r\n\r\nhunter2","a":"b"}`:                                                          `{"body":"--b\r\nContent-Disposition: form-data; name=\"pwd\"\r\n\r\n[redacted]","a":"b"}`,
		"<input name=\"password\">\n\nhello": "<input name=\"password\">\n\nhello",
		// XML.
		`<a><password>hunter2</password><n>b</n></a>`:                 `<a><password>[redacted]</password><n>b</n></a>`,
		`<wsse:Password Type="x#T" sig="y">a &amp; b</wsse:Password>`: `<wsse:Password Type="x#T" sig="[redacted]">[redacted]</wsse:Password>`,
		`<apiKey><![CDATA[a<b>c]]></apiKey><b>c</b>`:                  `<apiKey><![CDATA[[redacted]]]></apiKey><b>c</b>`,
		`<token>abc`:                     `<token>[redacted]`,
		`<token><![CDATA[a b`:            `<token><![CDATA[[redacted]`,
		`&lt;token&gt;abc&lt;/token&gt;`: `&lt;token&gt;[redacted]&lt;/token&gt;`,
		`{"xml":"<token>abc<\/token>","a":"<token> is","b":"</token>"}`:                      `{"xml":"<token>[redacted]<\/token>","a":"<token> is","b":"</token>"}`,
		`<token/>a<credentials><user>b</user></credentials> <tokenName>`:                     `<token/>a<credentials><user>b</user></credentials> <tokenName>`,
		`use <token> as https://<user>:<password>@<host>`:                                    `use <token> as https://<user>:<password>@<host>`,
		`<e><key>apiKey</key> <value>a</value></e><key>a</key><value>b</value>`:              `<e><key>apiKey</key> <value>[redacted]</value></e><key>a</key><value>b</value>`,
		`<key>password</key><string>a</string><string>b</string>`:                            `<key>password</key><string>[redacted]</string><string>b</string>`,
		`<entry key="password">a b</entry><entry key="x">c</entry>`:                          `<entry key="password">[redacted]</entry><entry key="x">c</entry>`,
		`<add key="ApiKey" value="a"/><add key="x" value="b"/> <p name='pwd' value='c'></p>`: `<add key="ApiKey" value="[redacted]"/><add key="x" value="b"/> <p name='pwd' value='[redacted]'></p>`,
		`{"xml":"<entry key=\"password\">a</entry>","flag":"<b name=\"token-flag\">on</b>"}`: `{"xml":"<entry key=\"password\">[redacted]</entry>","flag":"<b name=\"token-flag\">on</b>"}`,
		// Command lines.
		`curl -H 'Authorization: abc' -u ann:hunter2 https://h -U 'a:b c' --user x:y`:                     `curl -H 'Authorization: [redacted]' -u ann:[redacted] https://h -U 'a:[redacted]' --user x:[redacted]`,
		`tool --token a1 --password=b --api-key "c d" --name e1 --version 1.2`:                            `tool --token [redacted] --password=[redacted] --api-key "[redacted]" --name e1 --version 1.2`,
		`{"run":"tool --token a1 --flag new-token-1","id":"1"}`:                                           `{"run":"tool --token [redacted] --flag new-token-1","id":"1"}`,
		"curl -X POST \\\n  -u ann:hunter2 \\\n  https://h":                                               "curl -X POST \\\n  -u ann:[redacted] \\\n  https://h",
		`curl -sSu ann:pw https://h | docker run -u 1000:1000 x`:                                          `curl -sSu ann:[redacted] https://h | docker run -u 1000:1000 x`,
		`--token "-Ab3" --password '$ecret1' --token "$TOKEN" --password $PASSWORD`:                       `--token "[redacted]" --password '[redacted]' --token "$TOKEN" --password $PASSWORD`,
		`<add value="a" key="password"/><input value='b' name="csrf_token">`:                              `<add value="[redacted]" key="password"/><input value='[redacted]' name="csrf_token">`,
		`<string name="forgot_password">Forgot it?</string><label name="password">Password</label>`:       `<string name="forgot_password">Forgot it?</string><label name="password">Password</label>`,
		`<param name="cancellationToken">The token</param><testcase name="refuses a token">ok</testcase>`: `<param name="cancellationToken">The token</param><testcase name="refuses a token">ok</testcase>`,
		`docker run -u 1000:1000 x`: `docker run -u 1000:1000 x`,
		`--token is missing; --token "$TOKEN" --password $PWD_1 --token --other=1 --token`: `--token is missing; --token "$TOKEN" --password $PWD_1 --token --other=1 --token`,
		"--token abcdefgh": "--token [redacted]",
		"$ tool --client-secret hunter deploy --token abcdefgh\nok":                                                      "$ tool --client-secret [redacted] deploy --token [redacted]\nok",
		`{"run":"tool --token hunter","b":"--password hunter | less","c":"--password hunter."}`:                          `{"run":"tool --token [redacted]","b":"--password [redacted] | less","c":"--password [redacted]"}`,
		`tool -password hunter -Token a-1 -sid 'x y' --oauth2-bearer abc -auth on`:                                       `tool -password [redacted] -Token [redacted] -sid '[redacted]' --oauth2-bearer [redacted] -auth on`,
		`tool --password hunter \` + "\n  --name e1":                                                                     `tool --password [redacted] \` + "\n  --name e1",
		"--token isn't set; --token needs --target; --token or --password; pass --token instead.":                        "--token isn't set; --token needs --target; --token or --password; pass --token instead.",
		"--token TOKEN --password <password> --secret ... --token goes where the document's scheme says":                 "--token TOKEN --password <password> --secret ... --token goes where the document's scheme says",
		"  --token string   token of the admin\n  --password   Password of the user\n  --secret   Shown once":            "  --token string   token of the admin\n  --password   Password of the user\n  --secret   Shown once",
		`fork/exec tool --password hunter: no such file; --token abcdefgh: not found, --password hunter. The run failed`: `fork/exec tool --password [redacted] no such file; --token [redacted] not found, --password [redacted] The run failed`,
		`--token missing: give one, --token once. The --token secret: none`:                                              `--token missing: give one, --token once. The --token secret: none`,
		// Command lines in lists.
		`["tool","--token","x","--name","y","-u","ann:pw"]`:                                                     `["tool","--token","[redacted]","--name","y","-u","ann:pw"]`,
		`{"args":["--client-secret" , "x y","--token","user:x"],"x":"--token","name":"y"}`:                      `{"args":["--client-secret" , "[redacted]","--token","user:[redacted]"],"x":"--token","name":"y"}`,
		`{"cmd":"[\"--token\",\"x\"]","a":["--token","--secret","-v"],"b":["--token","$TOKEN"]}`:                `{"cmd":"[\"--token\",\"[redacted]\"]","a":["--token","--secret","-v"],"b":["--token","$TOKEN"]}`,
		`{"--token":"x","flags":["--token","is the token of the admin"],"c":["--token"],"d":["x"]}`:             `{"--token":"[redacted]","flags":["--token","is the token of the admin"],"c":["--token"],"d":["x"]}`,
		`failed: ['tool', '--token', 'x'], CMD ["curl", "-u", "ann:pw"]`:                                        `failed: ['tool', '--token', '[redacted]'], CMD ["curl", "-u", "ann:[redacted]"]`,
		"command: [tool, --token, x, --name, y]\nsee --token, x [--secret, --token]":                            "command: [tool, --token, [redacted], --name, y]\nsee --token, x [--secret, --token]",
		"args:\n  - --token\n  - x # y\n  - \"--password\"\n  - \"c d\"\n  - --name\n  - y\n":                   "args:\n  - --token\n  - [redacted] # y\n  - \"--password\"\n  - \"[redacted]\"\n  - --name\n  - y\n",
		"- curl\r\n- -u\r\n- ann:pw\r\n- --token\r\n- user:x\r\n":                                               "- curl\r\n- -u\r\n- ann:[redacted]\r\n- --token\r\n- user:[redacted]\r\n",
		`{"yaml":"args:\n- --token\n- x\n","a":"- --token\n","b":"- c"}`:                                        `{"yaml":"args:\n- --token\n- [redacted]\n","a":"- --token\n","b":"- c"}`,
		"- --token\n- --secret\n- -p\n\n- --token\n- has to be given\n- --token\n- $TOKEN":                      "- --token\n- --secret\n- -p\n\n- --token\n- has to be given\n- --token\n- $TOKEN",
		"<string>--token</string>\n<string>x</string><string>--token</string><string>-v</string>":               "<string>--token</string>\n<string>[redacted]</string><string>--token</string><string>-v</string>",
		`{"details":[{"message":"give --token, or set the variable"}],"a":["use --token, otherwise it fails"]}`: `{"details":[{"message":"give --token, or set the variable"}],"a":["use --token, otherwise it fails"]}`,
		`["--token","required"] [see --token, otherwise] [--token, or nothing, --secret, Missing]`:              `["--token","required"] [see --token, otherwise] [--token, or nothing, --secret, Missing]`,
		"- --token\n- required\n<td>--token</td><td>The token of the admin</td>":                                "- --token\n- required\n<td>--token</td><td>The token of the admin</td>",
		// Objects without quotes, and operators.
		`x {user: ann, password: hunter, list: [1], token: a-1} {token: string, auth: none, secret: Secret, pass: $pw, jwt: null}`:                      `x {user: ann, password: [redacted], list: [1], token: [redacted]} {token: string, auth: none, secret: Secret, pass: $pw, jwt: null}`,
		`map[a:b password:hunter2 c:d] &{Name:x Token:abc-1 N:1} {name} has the token: a-1, map[a:b] password:hunter2`:                                  `map[a:b password:[redacted] c:d] &{Name:x Token:[redacted] N:1} {name} has the token: a-1, map[a:b] password:hunter2`,
		`{"a":"token: a-1, see","b":{"c":"{token: a-1}"}}`:                                                                                              `{"a":"token: a-1, see","b":{"c":"{token: [redacted]}"}}`,
		`const token = "a b"; password := 'c'; if (secret === "d") 'password' => 'e', token == nil, token = x`:                                          `const token = "[redacted]"; password := '[redacted]'; if (secret === "[redacted]") 'password' => '[redacted]', token == nil, token = x`,
		`<meta name="csrf-token" content="a"><meta name="author" content="b">`:                                                                          `<meta name="csrf-token" content="[redacted]"><meta name="author" content="b">`,
		`{"headers":[["Authorization","a1"],["Accept","b"],["X-Api-Key" , "Bearer c1"]],"allowed":["Authorization","X-Token"],"a":["Cookie","b1","c"]}`: `{"headers":[["Authorization","[redacted]"],["Accept","b"],["X-Api-Key" , "Bearer [redacted]"]],"allowed":["Authorization","X-Token"],"a":["Cookie","b1","c"]}`,
		`[('Authorization', 'a1')] {'password': u'b', 'token': b'c', 'a': u'd'} {:password=>"e", :user=>"f"}`:                                           `[('Authorization', '[redacted]')] {'password': u'[redacted]', 'token': b'[redacted]', 'a': u'd'} {:password=>"[redacted]", :user=>"f"}`,
		`tool /name:a /password:b1 -Token:c1 --x /token: it, see docs/password:d1`:                                                                      `tool /name:a /password:[redacted] -Token:[redacted] --x /token: it, see docs/password:d1`,
		`<input type=password value=a><input type="password" id="x" value='b'><input type=text value=c>`:                                                `<input type=password value=[redacted]><input type="password" id="x" value='[redacted]'><input type=text value=c>`,
		"a: b\ntoken: !!str a1\npassword: !b1\n":                                                                                                        "a: b\ntoken: !!str [redacted]\npassword: [redacted]\n",
		"a: b\ntoken: !Pa55w0rd&x\npassword = !Secret99,x\nsecret: !hunter2 # note\njwt: !!str \"a b\"\n":                                               "a: b\ntoken: [redacted]\npassword = [redacted]\nsecret: [redacted] # note\njwt: !!str \"[redacted]\"\n",
		// Paths.
		`GET /invite/abc/signup, /api/admin/invite-link/tokens/abc?x=y, /invite/{token}`:                        `GET /invite/[redacted]/signup, /api/admin/invite-link/tokens/[redacted]?x=y, /invite/{token}`,
		`/api/admin/projects/a/api-tokens/0123456789abcdef /api-tokens/my-token-0123456789 /api-tokens/counted`: `/api/admin/projects/a/api-tokens/[redacted] /api-tokens/my-token-0123456789 /api-tokens/counted`,
		// JSON in Base64.
		`{"data":"eyJwYXNzd29yZCI6Imh1bnRlcjIifQ==","a":"eyJuYW1lIjoiYSJ9"}`: `{"data":"[redacted]","a":"eyJuYW1lIjoiYSJ9"}`,
		`X: ewogICJhdXRocyI6IHsiYSI6IHsiYXV0aCI6ICJiIn19Cn0, y`:              `X: [redacted], y`,
		// Blocks of YAML and TOML.
		"- secret: |-\n    a\n\n    b c\n  x: |\n    d\n":               "- secret: |-\n    [redacted]\n  x: |\n    d\n",
		"a:\r\n  token: > # folded\r\n    b\r\n    c\r\nd: e":           "a:\r\n  token: > # folded\r\n    [redacted]\r\nd: e",
		`{"yaml":"token: |\n  a\n  b\nc: d","b":"token: |","c":"  d"}`:  `{"yaml":"token: |\n  [redacted]\nc: d","b":"token: |","c":"  d"}`,
		`{"yaml":"token: |\r  a\r  b\rc: d"}`:                           `{"yaml":"token: |\r  [redacted]\rc: d"}`,
		"password:\n  value: hunter\n  note: x":                         "password:\n  value: [redacted]\n  note: x",
		"token = \"\"\"\na \"b\"\n\"\"\"\nx = 'y'\npassword='''c\nd'''": "token = \"\"\"[redacted]\"\"\"\nx = 'y'\npassword='''[redacted]'''",
		// Parents in XML.
		`<password><value>a</value></password><x><value>b</value></x>`:                                                   `<password><value>[redacted]</value></password><x><value>b</value></x>`,
		"<property name=\"password\">\n<description>c</description>\n<value>a</value></property><value>b</value>":        "<property name=\"password\">\n<description>c</description>\n<value>[redacted]</value></property><value>b</value>",
		`<setting name="DbPassword"><value><![CDATA[a]]></value></setting><setting name="x"><value>b</value></setting>`:  `<setting name="DbPassword"><value><![CDATA[[redacted]]]></value></setting><setting name="x"><value>b</value></setting>`,
		`<apiTokens><!-- two --><string>a</string><string>b</string></apiTokens><string>c</string>`:                      `<apiTokens><!-- two --><string>[redacted]</string><string>[redacted]</string></apiTokens><string>c</string>`,
		`{"a":"<password>","b":"<value>c</value>","d":"<key>token</key>","e":"<value>f</value>"}`:                        `{"a":"<password>","b":"<value>c</value>","d":"<key>token</key>","e":"<value>f</value>"}`,
		`<label name="password"><text>Password</text></label>`:                                                           `<label name="password"><text>Password</text></label>`,
		`unknown flag: --token, see --token-check 5 and --secret`:                                                        `unknown flag: --token, see --token-check 5 and --secret`,
		`[["api-key","abc123"],["auth-token","a1b2c3"]]`:                                                                 `[["api-key","[redacted]"],["auth-token","[redacted]"]]`,
		`<string>--passphrase</string><string>correct horse and battery</string><arg>--password</arg><arg>default</arg>`: `<string>--passphrase</string><string>[redacted]</string><arg>--password</arg><arg>[redacted]</arg>`,
		// What only looks like a secret.
		`{"at":"2023-12-27T12:37:00.000Z","url":"http://127.0.0.1:4242/api/signal-endpoint/x"}`:                          `{"at":"2023-12-27T12:37:00.000Z","url":"http://127.0.0.1:4242/api/signal-endpoint/x"}`,
		`{"features":["cookie-banner","checkout-v2"],"a":["session-1","session-2"],"b":["Cookie-Banner","Checkout-V2"]}`: `{"features":["cookie-banner","checkout-v2"],"a":["session-1","session-2"],"b":["Cookie-Banner","Checkout-V2"]}`,
		`["password-reset","signup-2024"] ("token-refresh", "x1") ["Api-Key","a1"] ["set-cookie","b=c1"]`:                `["password-reset","signup-2024"] ("token-refresh", "x1") ["Api-Key","[redacted]"] ["set-cookie","[redacted]"]`,
		`/api/admin/signals?from=IS:2024&limit=10`:                                                                       `/api/admin/signals?from=IS:2024&limit=10`,
		`C:\new folder\token`: `C:\new folder\token`,
	} {
		if got := (*Redactor)(nil).Text(text); got != want {
			t.Errorf("from %s\ngot  %s\nwant %s", text, got, want)
		}
	}
}

// TestByForm checks that tokens of Unleash are redacted, whatever surrounds them.
func TestByForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"a":"my signal_abc-1 here"}`:                                                                `{"a":"my signal_[redacted] here"}`,
		`{"a":"signal\u005fabc\n"}`:                                                                   `{"a":"signal\u005f[redacted]\n"}`,
		`{"a":"\u0073ignal_ab\u0063\n"}`:                                                              `{"a":"\u0073ignal_[redacted]\n"}`,
		`{"user:abc":1}`:                                                                              `{"user:[redacted]":1}`,
		`["*:*.abc","default:development.abc","[]:production.abc"]`:                                   `["*:*.[redacted]","default:development.[redacted]","[]:production.[redacted]"]`,
		`token user:abc, default:development.abc!`:                                                    `token user:[redacted], default:development.[redacted]`,
		`/api/x?t=user%3Aabc`:                                                                         `/api/x?t=user%3A[redacted]`,
		`/api/x?t=%2a%3A%2A%2eabc&u=1`:                                                                `/api/x?t=%2a%3A%2A%2e[redacted]&u=1`,
		`user: me, my_signal_abc`:                                                                     `user: me, my_signal_abc`,
		`{"a":"it was eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2-_n.","b":"c.eyJ.d"}`:                     `{"a":"it was [redacted]","b":"c.eyJ.d"}`,
		`{"a":"AKIAIOSFODNN7EXAMPLE","b":"AKIA-short","c":"xAKIAIOSFODNN7EXAMPLE"}`:                   `{"a":"AKIA[redacted]","b":"AKIA-short","c":"xAKIAIOSFODNN7EXAMPLE"}`,
		`ASIA_PACIFIC_ROLLOUT AKIAIOSFODNN7EXAMPLES ASIAIOSFODNN7EXAMPLE!`:                            `ASIA_PACIFIC_ROLLOUT AKIAIOSFODNN7EXAMPLES ASIA[redacted]!`,
		`xapp-notifications-rollout-eu xoxb-experiment-for-all-users xapp-1-A0123456789-abcdefgh`:     `xapp-notifications-rollout-eu xoxb-experiment-for-all-users xapp-[redacted]`,
		`sk_test_checkout-rollout-of-all npm_install_of_everything_that_there_is_now_and_then`:        `sk_test_checkout-rollout-of-all npm_install_of_everything_that_there_is_now_and_then`,
		`/x?a=ghp_0123456789abcdefghijklmnopqrstuvwxyz&b=ghp_short`:                                   `/x?a=ghp_[redacted]&b=ghp_short`,
		`with glpat-0123456789abcdefghij, sk%5Flive_0123456789abcdef and xoxb-1234567890-abcdefghi`:   `with glpat-[redacted], sk%5Flive_[redacted] and xoxb-[redacted]`,
		`{"k":"-----BEGIN RSA PRIVATE KEY-----\nMII\nabc=\n-----END RSA PRIVATE KEY-----\n","a":"b"}`: `{"k":"-----BEGIN RSA PRIVATE KEY-----[redacted]-----END RSA PRIVATE KEY-----\n","a":"b"}`,
		"-----BEGIN PRIVATE KEY-----\nMII\nab":                                                        "-----BEGIN PRIVATE KEY-----[redacted]",
		"-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----":                                 "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
		`{"url":"https://hooks.slack.com/services/T00000000/B00000000/0123456789abcdefghijklmn","a":"hooks.slack.com/services/x"}`: `{"url":"https://hooks.slack.com/services/[redacted]","a":"hooks.slack.com/services/x"}`,
		`hvs.0123456789abcdefghijklmn glsa_0123456789abcdefghijklmn SG. and hf_datasets`:                                           `hvs.[redacted] glsa_[redacted] SG. and hf_datasets`,
		`/x?q=eyJhbGciOiJub25lIn0%2EeyJzdWIiOiIxIn0%2Ec2ln&a=b.c`:                                                                  `/x?q=[redacted]&a=b.c`,
	} {
		if got := (*Redactor)(nil).Text(text); got != want {
			t.Errorf("from %s\ngot  %s\nwant %s", text, got, want)
		}
	}
}

// secretValue has every kind of character that some encoding changes.
const secretValue = `S3cret/"&<+'\ %41ü`

// TestByValue checks that a known secret is found in every form and place.
func TestByValue(t *testing.T) {
	t.Parallel()
	r := New(secretValue)
	forms := secretstest.Forms(secretValue)
	forms["hex"], forms["hex, capitals"] = hex.EncodeToString([]byte(secretValue)), fmt.Sprintf("%X", secretValue)
	for name, encoded := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, around := range [][2]string{{"", ""}, {"a ", " b"}, {`{"x":"`, `"}`}, {"theme=dark; id=", "; a=b"}, {"http://h/x?a=1&q=", "&b=2"}, {"<p>", "</p>"}} {
				text := around[0] + encoded + around[1]
				for how, got := range map[string]string{
					"Text": r.Text(text), "URL": r.URL(text), "Header": r.Header("X-Other", text),
					"Body": r.Body("text/html", text, false), "With": New().With().under.With(secretValue).Text(text),
				} {
					if leaks(got, encoded) || !strings.Contains(got, Mark) || !strings.HasPrefix(got, around[0][:min(1, len(around[0]))]) {
						t.Errorf("%s of %s\ngot %s", how, text, got)
					}
				}
			}
		})
	}
}

// leaks reports whether a text shows a part of a secret's encoding, or the secret once the
// text is decoded.
func leaks(text, encoded string) bool {
	if strings.Contains(text, encoded[len(encoded)/3:]) || strings.Contains(text, encoded[:2*len(encoded)/3]) {
		return true
	}
	return slices.ContainsFunc(views(text), func(v *view) bool { return strings.Contains(v.text, secretValue[:8]) })
}

// TestPartsOfAddedHeaders checks that what is in a header that a user adds is found without the rest of it.
func TestPartsOfAddedHeaders(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, value, part string }{
		{"X-Gateway", "Bearer s3cr3t-value-1", "s3cr3t-value-1"},
		{"X-Gateway", "Bearer abc", "Bearer abc"},
		{"Cookie", "session=abcdef123456; theme=dark", "abcdef123456"},
		{"X-Cookies", `a=b; session="abcdef123456"`, "abcdef123456"},
		{"Proxy-Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("me:hunter22-long")), "hunter22-long"},
		{"X-Gateway", "basic  " + base64.StdEncoding.EncodeToString([]byte("me:hunter22-long")), "me:hunter22-long"},
	} {
		r := New()
		r.AddHeaders(http.Header{test.name: {test.value}})
		for _, text := range []string{test.part, test.value} {
			if got := r.Text("it was <" + text + ">"); strings.Contains(got, test.part) {
				t.Errorf("%s: %s: %s", test.name, test.value, got)
			}
		}
	}
}

// TestTooManySecrets checks that nothing is shown if there are more secrets than can be looked for, and that
// JSON stays JSON and a path a path.
func TestTooManySecrets(t *testing.T) {
	t.Parallel()
	r := New("known to the run")
	few, many := make([]string, 10_000), make([]string, 100_000)
	for i := range few {
		few[i] = "default:development." + secretstest.Hex(int64(i), 56)
	}
	for i := range many {
		many[i] = "aaaaaaaa" + secretstest.Hex(int64(i), 6)
	}
	blind, run := r.With(many...), New(many...)
	for name, test := range map[string]struct {
		got, want string
	}{
		"few":         {r.With(few...).Text("x " + few[9999] + " y"), "x [redacted] y"},
		"one, often":  {r.With(slices.Repeat(few[:1], 100_000)...).Text("x y"), "x y"},
		"text":        {blind.Text("x y"), Mark},
		"JSON":        {blind.Body("", ` ["x"]`, false), `"[redacted]"`},
		"path":        {blind.URL("/x?y=z"), "/[redacted]"},
		"header":      {blind.Header("Accept", "*/*"), Mark},
		"nothing":     {blind.Text(""), ""},
		"further":     {blind.With().Text("x y"), Mark},
		"run":         {r.Text("x y, known to the run"), "x y, [redacted]"},
		"a long one":  {r.With(strings.Repeat("x", 3<<20)).Text("x y"), Mark},
		"of the run":  {run.Text("x " + many[99_999] + "!"), "x [redacted]!"},
		"of the run?": {run.Text("x aaaaaaaa"), "x aaaaaaaa"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %.100s, want %s", name, test.got, test.want)
		}
	}
}

func TestShortSecretsAreLeftWhereTheyAreWords(t *testing.T) {
	t.Parallel()
	if got := New("admin", "1234567", "").Text("admin 1234567"); got != "admin 1234567" {
		t.Errorf("got %s", got)
	}
}

func TestKnownTokensShowTheirKind(t *testing.T) {
	t.Parallel()
	r := New("signal_0123456789", "user:0123456789", "*:*.0123456789", "default:development.0123", "user:pass.word")
	for text, want := range map[string]string{
		"signal_0123456789 ok": "signal_[redacted] ok", "user:0123456789": "user:[redacted]", "*:*.0123456789": "*:*.[redacted]",
		"default:development.0123": "[redacted]", "<signal_0123456789>": "<signal_[redacted]>",
	} {
		if got := r.Text(text); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestCut checks texts cut off in the middle of a secret, or of an escape in it.
func TestCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789ab", 100)
	r := New(`correct"horse"battery`, long)
	for body, want := range map[string]string{
		`{"a":"corre`:            `{"a":"[redacted]`,
		`{"a":"correct\`:         `{"a":"[redacted]`,
		`{"a":"correct\u00`:      `{"a":"[redacted]`,
		`a=correct%22hor`:        `a=[redacted]`,
		`a=correct%2`:            `a=[redacted]`,
		`{"a":"the correct way`:  `{"a":"the correct way`,
		`{"a":"the cor`:          `{"a":"the cor`,
		"a " + long[:100]:        "a [redacted]",
		"a " + long[:600]:        "a [redacted]",
		`{"password":"abc\"def`:  `{"password":"[redacted]`,
		`a signal_0123456789abc`: `a signal_[redacted]`,
	} {
		if got := r.Body("", body, true); got != want {
			t.Errorf("%s became %s, want %s", body, got, want)
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	r := New()
	r.AddHeaders(http.Header{"x-gate": {"open"}})
	for _, test := range []struct{ name, value, want string }{
		{"Authorization", "*:*.abc", "*:*.[redacted]"},
		{"Authorization", "bearer  user:abc", "bearer  user:[redacted]"},
		{"authorization", "Bearer signal_abc", "Bearer signal_[redacted]"},
		{"Authorization", "default:development.abc", "[redacted]"},
		{"Authorization", "Basic abc", "Basic [redacted]"},
		{"Authorization", "Bearer", "[redacted]"},
		{"Authorization", "", ""},
		{"Proxy-Authorization", "x", "[redacted]"},
		{"Cookie", "session=S; theme=dark", "[redacted]"},
		{"Set-Cookie", "session=S; Path=/", "[redacted]"},
		{"X-Session", "S", "[redacted]"},
		{"Ocp-Apim-Subscription-Key", "S", "[redacted]"},
		{"X-Functions-Key", "S", "[redacted]"},
		{"Cf-Access-Jwt-Assertion", "S", "[redacted]"},
		{"X-Amzn-Oidc-Data", "S", "[redacted]"},
		{"X-Honeycomb-Team", "S", "[redacted]"},
		{"X-Hub-Signature-256", "S", "[redacted]"},
		{"Idempotency-Key", "S", "S"},
		{"X-Access-Key", "S", "[redacted]"},
		{"X-Auth-Key", "S", "[redacted]"},
		{"X-Authentication", "S", "[redacted]"},
		{"DD-APPLICATION-KEY", "S", "[redacted]"},
		{"X-Auth-Token", "S", "[redacted]"},
		{"X-Otp", "S", "[redacted]"},
		{"X-Csrf", "S", "[redacted]"},
		{"X-Shopify-Hmac-Sha256", "S", "[redacted]"},
		{"Api-Key", "S", "[redacted]"},
		{"X-Unleash-Token", "S", "[redacted]"},
		{"X-Auth", "Bearer S", "Bearer [redacted]"},
		{"X-Anything", "Bearer S", "Bearer [redacted]"},
		{"X-Gate", "open", "[redacted]"},
		{"X-Anything", "ApiKey a1", "ApiKey [redacted]"},
		{"X-Anything", "token a1", "token [redacted]"},
		{"X-Anything", "Token expired", "Token expired"},
		{"X-Anything", "key 1 of 2", "key 1 of 2"},
		{"WWW-Authenticate", `Bearer realm="x"`, `Bearer realm="x"`},
		{"Location", "/x?token=S#a", "/x?token=[redacted]#a"},
		{"Referer", "http://u:p@h/", "http://[redacted]@h/"},
		{"Sec-WebSocket-Key", "abc", "abc"},
		{"Access-Control-Allow-Credentials", "true", "true"},
		{"Unleash-Connection-Id", "6e2f", "6e2f"},
		{"Etag", `W/"5e-0"`, `W/"5e-0"`},
	} {
		if got := r.With().Header(test.name, test.value); got != test.want {
			t.Errorf("%s: %s became %s, want %s", test.name, test.value, got, test.want)
		}
	}
}

// TestAt checks JSON values alone, whose names are in a pointer.
func TestAt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ pointer, value, want string }{
		{"/apiKey", `"a"`, Mark},
		{"/apiKey", `12`, Mark},
		{"/credentials/0/user", `"a"`, Mark},
		{"/credentials", `{"user":"a"}`, Mark},
		{"/a/tokens", `["a"]`, Mark},
		{"/a/tokens/10", `"a"`, Mark},
		{"/tokens", `[{"name":"a"}]`, `[{"name":"a"}]`},
		{"/tokens/0/name", `"a"`, `"a"`},
		{"/a/session2", `"a"`, Mark},
		{"/toggles/session2", `{"a":1}`, `{"a":1}`},
		{"/toggles/auth0", `"a"`, `"a"`},
		{"/secret", `null`, `null`},
		{"/secret", `""`, `""`},
		{"/secret", `nothing`, `nothing`},
		{"/secret", `status 404 without a body`, `status 404 without a body`},
		{"", `"a"`, `"a"`},
		{"/name", `"a"`, `"a"`},
	} {
		if got := At(test.pointer, test.value); got != test.want {
			t.Errorf("%s at %s became %s, want %s", test.value, test.pointer, got, test.want)
		}
	}
}

// TestParameters checks that only & ends a value in a query or a form.
func TestParameters(t *testing.T) {
	t.Parallel()
	var r *Redactor
	if got, want := r.URL(`/x?token=a,b;c"d&e=f`), `/x?token=[redacted]&e=f`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := r.URL(`http://u:p w"@h/x y@z`), `http://[redacted]@h/x y@z`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := r.Body("Application/x-www-form-urlencoded; charset=utf-8", `password=a b"c&e=f`, false), `password=[redacted]&e=f`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBytesThatAreNoUTF8(t *testing.T) {
	t.Parallel()
	if got, want := New().Body("", "{\"token\":\"a\xff\"}\xfe", false), "{\"token\":\"[redacted]\"}\uFFFD"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNumbersOfKnownSecretsLeaveJSON(t *testing.T) {
	t.Parallel()
	r := New("1234567890")
	for text, want := range map[string]string{
		`{"a":1234567890,"b":[1234567890]}`: `{"a":"[redacted]","b":["[redacted]"]}`,
		`{"a":"no 1234567890!"}`:            `{"a":"no [redacted]!"}`,
		`a 1234567890`:                      `a [redacted]`,
	} {
		if got := r.Text(text); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestInHeader(t *testing.T) {
	t.Parallel()
	got := InHeader(http.Header{
		"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("me:hunter22"))}, "Cookie": {`a=b; c="d"`}, "Accept": {"*/*"},
		"Set-Cookie": {"e=f; Path=/unleash-app; Domain=unleash.example; HttpOnly"},
	})
	slices.Sort(got)
	want := []string{`a=b; c="d"`, "b", base64.StdEncoding.EncodeToString([]byte("me:hunter22")), "d", "e=f", "f", "hunter22", "me:hunter22"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestInURLAndBody(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ got, want []string }{
		"URL":  {InURL("http://u:p@h/x?to%6ben=a%2Fb&c=d"), []string{"u:p", "a/b"}},
		"JSON": {InBody("application/json", `{"token":"a\nb","pin":1,"secret":[1],"x":"user:abc"}`), []string{`a\nb`, "abc"}},
		"form": {InBody("application/x-www-form-urlencoded", "password=a b"), []string{"a b"}},
	} {
		for _, want := range test.want {
			if !slices.Contains(test.got, want) {
				t.Errorf("%s: %q is not among %q", name, want, test.got)
			}
		}
	}
}

// stringer has a secret in its printed form.
type stringer struct{ text string }

func (s stringer) String() string { return s.text }

// TestLogs checks that neither a message nor an attribute of any kind shows a secret,
// including attributes that a logger has from the start.
func TestLogs(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logger := slog.New(New(secretValue).Handler(slog.NewJSONHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
		if attr.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return attr
	}})))
	logger.With("url", "http://u:p@h/", "n", 1).WithGroup("g").Info("got "+secretValue, "token", "abc", "err", errors.New("no "+url.QueryEscape(secretValue)),
		"s", stringer{secretValue}, "plain", stringer{"x"}, slog.Group("inner", "password", stringer{"x"}, "at", 2.5, "token", ""))
	want := `{"level":"INFO","msg":"got [redacted]","url":"http://[redacted]@h/","n":1,"g":{"token":"[redacted]","err":"no [redacted]","s":"[redacted]","plain":{},"inner":{"password":"[redacted]","at":2.5,"token":""}}}` + "\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if logger.Enabled(t.Context(), slog.LevelDebug) {
		t.Error("the logger is enabled for a level for which its handler is not")
	}
}

// patience is a hundred times what an idle machine needs for any text of these tests. Work that
// grows with the square of a text takes longer still.
const patience = 2 * time.Minute

// TestHostileTextsAreQuick checks that the work grows with the length of a text, whatever
// is in it.
func TestHostileTextsAreQuick(t *testing.T) {
	race.NotTwice(t)
	t.Parallel()
	const size = 1 << 20
	long := func(part string) string { return strings.Repeat(part, size/len(part)) }
	r := New(strings.Repeat("a", 5000)+"b", long("ab"), secretValue)
	for name, text := range map[string]string{
		"lists in strings": long(`"\"sid\":[",`), "parameters in strings": long(`"sid=",`), "values in quotes": long(`'value':`),
		"heads in strings": strings.Repeat(long("form-data; name=\"token\n\nx\" "), 2), "nearly cut": long("ab") + "!",
		"backslashes": long(`\`), "percents": long("%25"), "entities": long("&amp;"), "ampersands": long("&"),
		"colons": long(":"), "properties": long(`"token":`), "equals": long("token="), "open": long("["), "tokens": long(`"token":[`),
		"quotes": long(`"`), "nearly": long("a"), "signal": long("signal_"), "bearer": long("bearer "), "URLs": long("a://b@"), "hyphens": long(strings.Repeat("-", 256) + " token: x "), "private keys": long("-----BEGIN PRIVATE KEY-----"),
		"lines": long("token: a\n"), "keys": long("AKIA"), "passwords": long("a://b:c/"), "users": long("user:"),
		"environments": "a:" + long("b"), "mixed": long(`\"%22&quot;token\u0022:{`), "both quotes": long(`"'token':'`), "headers": long("X-Token: a\n"),
		"parts": long("form-data; name=token\n\n"), "names": "form-data" + long("; name=token"), "tags": long("<token>"), "names and quotes": long("token:'"), "web tokens": long("eyJ.eyJ "), "long web tokens": long("eyJ.eyJ."), "almost web tokens": long("eyJ."), "data": long("<token><![CDATA["), "strings": long(`"<token><![CDATA[",`),
		"heads of parts": long("form-data; name=\"sid\"; sid=x\n\nc\n--") + "&z",
		"values in XML":  long("<v>"), "attributes": long("<x v=1 "), "flags": long("--token "), "users of curl": long("curl -u a:b "), "other users": long("x -u a:b "),
		"lists of flags": long(`"--token","a",`), "flags in lists": long(`"--token",`), "brackets": long(`[--token, `), "items": long("- --token\n"),
		"pairs of items": long("- --token\n- x\n"), "blocks": long("token: |\n"), "quoted blocks": long("\"token: |"), "full blocks": long("token: |\n  a\n"), "deep blocks": long(" token: |\n") + long("\n "),
		"invitations": long("/invite/a"), "API tokens": long("/api-tokens/"), "objects in Base64": long("eyJ/"), "escaped objects": long("eyJhIjoi%41 "), "braces": long("{token: a-1 "), "maps": long("map[token:"),
		"operators": long("token = "), "arrows": long(`"token" => "a",`), "one object in Base64": "eyJhIjoi" + long("ZXlK"),
		"three quotes": long("token='''"), "quoted flags": long(`-x """`), "sentences": long("--token a b c "), "parents": long("<password><value>"), "values of parents": "<password>" + long("<value>a</value>"),
		"bare values": long("{token:$"), "flags as on Windows": long("[/token:$"), "blocks of returns": long("x\"token: |\r"),
		"values": long(`{"value":`), "open values": long(`"value":"`), "pairs": long(`"name":"a","value":"b",`), "blanks": `"value":"a"` + long(" ") + long(`,"value":"a"`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			r.Body("", text, true)
			r.Body("", "{"+text, true)
			r.Body("application/x-www-form-urlencoded", "["+text, true)
			r.Body("application/x-www-form-urlencoded", text, true)
			if took := time.Since(start); took > patience {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestSecretsThatBeginAlikeAreQuick checks that neither knowing secrets nor looking for them takes longer
// because they have the same beginning.
func TestSecretsThatBeginAlikeAreQuick(t *testing.T) {
	t.Parallel()
	const begin = "default:development."
	values := make([]string, 10_000)
	for i := range values {
		values[i] = begin + secretstest.Hex(int64(i)*0x9E3779B9%(1<<32), 56)
	}
	start := time.Now()
	r := New(values...)
	r.Body("", strings.Repeat(begin+"x ", 10_000), true)
	if took := time.Since(start); took > patience {
		t.Errorf("it took %v", took)
	}
	if got := r.Text(values[7] + " " + values[9_999]); got != Mark+" "+Mark {
		t.Errorf("got %s", got)
	}
}
