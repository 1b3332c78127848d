#include "cases.hpp"

#include <utility>

namespace rgw::test {
namespace {

using namespace std::string_literals;

const std::string mount = "/api/v1/rack-proxy";
const std::string form = "Content-Type: application/x-www-form-urlencoded\r\n";
const std::string refused = "400 closed";
const std::string saw_get = "GET /apps";
const std::string saw_put = "PUT /apps/shop";

// A good request with more lines in its head.
std::string get(const std::string& lines = "") {
    return "GET " + mount + "/apps HTTP/1.1\r\nHost: g\r\n{auth}" + lines + "\r\n";
}
std::string put(const std::string& lines, const std::string& body) {
    return "PUT " + mount + "/apps/shop HTTP/1.1\r\nHost: g\r\n{auth}" + form + lines + "\r\n" +
           body;
}
std::string chunked(const std::string& body) {
    return put("Transfer-Encoding: chunked\r\n", body);
}
// A whole request in a place where none belongs.
const std::string smuggled = "DELETE " + mount + "/apps/shop HTTP/1.1\r\nHost: g\r\n{auth}\r\n";

class Table {
public:
    void add(std::string name, std::string bytes, std::string answers = refused,
             std::string rack = "") {
        cases_.push_back({std::move(name), std::move(bytes), std::move(answers), std::move(rack)});
    }
    std::vector<DesyncCase> take() { return std::move(cases_); }

private:
    std::vector<DesyncCase> cases_;
};

void add_lengths(Table& t) {
    t.add("length: exact", put("Content-Length: 9\r\n", "lock=true"), "200 open", saw_put);
    t.add("length: with white space around", put("Content-Length:  \t9 \r\n", "lock=true"),
          "200 open", saw_put);
    t.add("length: leading zeros", put("Content-Length: 0009\r\n", "lock=true"), "200 open",
          saw_put);
    t.add("length: zero on GET", get("Content-Length: 0\r\n"), "200 open", saw_get);
    for (const char* value : {"",
                              " ",
                              "-9",
                              "+9",
                              "0x9",
                              "9;",
                              "9,9",
                              "9, 9",
                              "9 9",
                              "9a",
                              "a9",
                              "9.0",
                              "1e1",
                              "\"9\"",
                              "9\t9",
                              "18446744073709551616",
                              "18446744073709551615",
                              "9223372036854775808",
                              "99999999999999999999999",
                              "\xd9\xa9",
                              "9,",
                              ",9",
                              "0,9"}) {
        t.add("length: '"s + value + "'", put("Content-Length: "s + value + "\r\n", "lock=true"));
    }
    t.add("length: twice the same", put("Content-Length: 9\r\nContent-Length: 9\r\n", "lock=true"));
    t.add("length: twice different",
          put("Content-Length: 9\r\nContent-Length: 0\r\n", "lock=true"));
    t.add("length: second one in another case",
          put("Content-Length: 0\r\ncontent-length: 9\r\n", "lock=true"));
    t.add("length: too short leaves a request behind",
          put("Content-Length: 4\r\n", "lock" + smuggled), "400 403 open");
    t.add("length: of a body a GET does not take", get("Content-Length: 5\r\n") + "hello",
          "400 open");
    t.add("length: with a space before the colon", put("Content-Length : 9\r\n", "lock=true"));
    t.add("length: with an underscore is another field", put("Content_Length: 9\r\n", ""),
          "200 open", saw_put);
}

void add_codings(Table& t) {
    t.add("coding: chunked", chunked("9\r\nlock=true\r\n0\r\n\r\n"), "200 open", saw_put);
    t.add("coding: Chunked in another case",
          put("Transfer-Encoding: CHUNKED\r\n", "9\r\nlock=true\r\n0\r\n\r\n"), "200 open",
          saw_put);
    for (const char* value : {"",
                              "identity",
                              "gzip",
                              "xchunked",
                              "chunkedx",
                              "chunked, chunked",
                              "chunked,chunked",
                              "gzip, chunked",
                              "chunked, gzip",
                              "chunked, identity",
                              "identity, chunked",
                              "chunked,",
                              ",chunked",
                              "\"chunked\"",
                              "'chunked'",
                              "chunked;q=1",
                              "chunked x",
                              "x chunked",
                              "chun ked",
                              "chunked\x0b",
                              "\vchunked",
                              "chunked\x0c",
                              "deflate",
                              "br",
                              "chunked\x01",
                              "cow"}) {
        t.add("coding: '"s + value + "'",
              put("Transfer-Encoding: "s + value + "\r\n", "9\r\nlock=true\r\n0\r\n\r\n"));
    }
    t.add("coding: twice",
          put("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
    t.add("coding: identity then chunked",
          put("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
    t.add("coding: with a length",
          put("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + smuggled));
    t.add("coding: with a length behind it",
          put("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n" + smuggled));
    t.add("coding: identity with a length",
          put("Transfer-Encoding: identity\r\nContent-Length: 9\r\n", "lock=true"));
    t.add("coding: space before the colon",
          put("Transfer-Encoding : chunked\r\nContent-Length: 9\r\n", "lock=true"));
    t.add("coding: folded", put("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"));
    t.add("coding: hidden behind a bare LF",
          put("X: y\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
    t.add("coding: hidden behind a bare CR",
          put("X: y\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
    t.add("coding: in HTTP/1.0", "PUT " + mount + "/apps/shop HTTP/1.0\r\nHost: g\r\n{auth}" +
                                     form + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    t.add("coding: on GET", get("Transfer-Encoding: chunked\r\n") + "0\r\n\r\n");
    t.add("coding: with an underscore is another field", put("Transfer_Encoding: chunked\r\n", ""),
          "200 open", saw_put);
}

void add_chunks(Table& t) {
    t.add("chunks: several", chunked("4\r\nlock\r\n5\r\n=true\r\n0\r\n\r\n"), "200 open", saw_put);
    t.add("chunks: hex in both cases, leading zeros", chunked("00009\r\nlock=true\r\n000\r\n\r\n"),
          "200 open", saw_put);
    t.add("chunks: an extension", chunked("9;name=value\r\nlock=true\r\n0\r\n\r\n"), "200 open",
          saw_put);
    t.add("chunks: a trailer is dropped", chunked("9\r\nlock=true\r\n0\r\nX-Late: 1\r\n\r\n"),
          "200 open", saw_put);
    t.add("chunks: a trailer cannot name another caller",
          chunked("9\r\nlock=true\r\n0\r\nAuthorization: Basic eDp5\r\n\r\n"), "200 open", saw_put);
    for (const auto& [name, size] : {std::pair{"no size", ""},
                                     {"negative", "-9"},
                                     {"signed", "+9"},
                                     {"0x", "0x9"},
                                     {"space before", " 9"},
                                     {"space behind", "9 "},
                                     {"tab behind", "9\t"},
                                     {"letters", "g"},
                                     {"quote", "\"9\""},
                                     {"too large", "ffffffffffffffff"},
                                     {"far too large", "100000000000000000000000"},
                                     {"comma", "9,9"},
                                     {"control character", "9\x01"},
                                     {"point", "9.0"}}) {
        t.add("chunks: size "s + name, chunked(std::string(size) + "\r\nlock=true\r\n0\r\n\r\n"));
    }
    t.add("chunks: bare LF behind the size", chunked("9\nlock=true\r\n0\r\n\r\n"));
    t.add("chunks: bare LF behind the data", chunked("9\r\nlock=true\n0\r\n\r\n"));
    t.add("chunks: bare CR behind the size", chunked("9\rlock=true\r\n0\r\n\r\n"));
    t.add("chunks: nothing behind the data", chunked("9\r\nlock=true0\r\n\r\n"));
    t.add("chunks: more data than the size", chunked("4\r\nlock=true\r\n0\r\n\r\n"));
    t.add("chunks: bare LF at the end", chunked("9\r\nlock=true\r\n0\n\n"));
    t.add("chunks: bare LF in an extension", chunked("9;a\nb\r\nlock=true\r\n0\r\n\r\n"));
    t.add("chunks: control character in an extension",
          chunked("9;a=\x01\r\nlock=true\r\n0\r\n\r\n"));
    t.add("chunks: an extension without end", chunked("9;" + std::string(20'000, 'x')));
    t.add("chunks: folded trailer", chunked("9\r\nlock=true\r\n0\r\nX: a\r\n b\r\n\r\n"));
    t.add("chunks: trailer without a colon", chunked("9\r\nlock=true\r\n0\r\nnonsense\r\n\r\n"));
    t.add("chunks: trailer with space before the colon",
          chunked("9\r\nlock=true\r\n0\r\nX : a\r\n\r\n"));
    t.add("chunks: trailers without end", chunked("9\r\nlock=true\r\n0\r\n" + [] {
              std::string lines;
              for (int i = 0; i < 5000; ++i)
                  lines += "X-" + std::to_string(i) + ": y\r\n";
              return lines;
          }()));
    t.add("chunks: a request behind the end is the next one",
          chunked("9\r\nlock=true\r\n0\r\n\r\n") + get(), "200 200 open", saw_put + ", " + saw_get);
}

void add_line_ends(Table& t) {
    t.add("lines: all bare LF", "GET " + mount + "/apps HTTP/1.1\nHost: g\n\n");
    t.add("lines: request line with bare LF",
          "GET " + mount + "/apps HTTP/1.1\nHost: g\r\n{auth}\r\n");
    t.add("lines: field with bare LF", get("X: y\nZ: a\r\n"));
    t.add("lines: field with bare CR", get("X: y\rZ: a\r\n"));
    t.add("lines: CR CR LF", get("X: y\r\r\n"));
    t.add("lines: head ends with LF LF", "GET " + mount + "/apps HTTP/1.1\r\nHost: g\r\n{auth}\n");
    t.add("lines: one empty line first", "\r\n" + get());
    t.add("lines: many empty lines first", "\r\n\r\n\r\n\r\n" + get());
    t.add("lines: a bare LF first", "\n" + get());
    t.add("lines: a space first", " " + get());
    t.add("lines: NUL first", "\0"s + get());
}

void add_request_lines(Table& t) {
    const std::string rest = " HTTP/1.1\r\nHost: g\r\n{auth}\r\n";
    const std::string apps = mount + "/apps";
    t.add("line: two spaces before the target", "GET  " + apps + rest);
    t.add("line: two spaces behind the target", "GET " + apps + " " + rest);
    t.add("line: tab for a space", "GET\t" + apps + rest);
    t.add("line: space at the end", "GET " + apps + " HTTP/1.1 \r\nHost: g\r\n{auth}\r\n");
    t.add("line: no version", "GET " + apps + "\r\nHost: g\r\n\r\n");
    t.add("line: only a word", "GET\r\n\r\n");
    for (const char* version :
         {"HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/3", "HTTP/1.10", "HTTP/1.", "HTTP/.1",
          "http/1.1", "HTTP/1,1", "HTTP/ 1.1", "HTTPS/1.1", "HTTP/01.1", "ICY/1.1"}) {
        t.add("line: version "s + version,
              "GET " + apps + " " + version + "\r\nHost: g\r\n{auth}\r\n");
    }
    for (const auto& [name, target] :
         {std::pair<const char*, std::string>{"absolute form", "http://g" + apps},
          {"authority form", "g:80"},
          {"no slash", "apps"},
          {"empty", ""},
          {"fragment", apps + "#x"},
          {"non-ASCII", apps + "\xc3\xa9"},
          {"NUL", apps + "\0"s},
          {"backslash", apps + "\\x"},
          {"quote", apps + "\""},
          {"angle", apps + "<x>"},
          {"broken escape", apps + "%4"},
          {"bad escape", apps + "%zz"},
          {"control character", apps + "\x01"},
          {"DEL", apps + "\x7f"},
          {"brace", apps + "{x}"},
          {"bar", apps + "|"}}) {
        t.add("target: "s + name, std::string("GET ").append(target).append(rest));
    }
    t.add("target: asterisk on GET", "GET *" + rest);
    t.add("target: asterisk on OPTIONS", "OPTIONS *" + rest, "404 open");
    t.add("target: longer than a head may be",
          "GET " + apps + "?" + std::string(70'000, 'a') + rest, "431 closed");
    t.add("method: lower case", "get " + apps + rest, "404 open");
    t.add("method: unknown", "BREW " + apps + rest, "404 open");
    t.add("method: CONNECT", "CONNECT g:443 HTTP/1.1\r\nHost: g:443\r\n{auth}\r\n");
    t.add("method: TRACE", "TRACE " + apps + rest, "404 open");
    t.add("method: SOCKET is no method", "SOCKET " + mount + "/apps/shop/logs" + rest, "404 open");
    t.add("method: not a token", "GE(T " + apps + rest);
    t.add("method: far too long", std::string(100, 'G') + " " + apps + rest);
}

void add_fields(Table& t) {
    const std::string line = "GET " + mount + "/apps HTTP/1.1\r\n";
    t.add("field: no colon", get("nonsense\r\n"));
    t.add("field: space before the colon", get("X : y\r\n"));
    t.add("field: tab before the colon", get("X\t: y\r\n"));
    t.add("field: no name", get(": y\r\n"));
    t.add("field: space in the name", get("X Y: z\r\n"));
    t.add("field: folded", get("X: y\r\n z\r\n"));
    t.add("field: folded with a tab", get("X: y\r\n\tz\r\n"));
    t.add("field: first line folded", line + " Host: g\r\n{auth}\r\n");
    t.add("field: NUL in the value", get("X: a\0b\r\n"s));
    t.add("field: control character in the value", get("X: a\x01"
                                                       "b\r\n"));
    t.add("field: DEL in the value", get("X: a\x7f"
                                         "b\r\n"));
    t.add("field: NUL in the name", get("X\0Y: z\r\n"s));
    t.add("field: 8-bit in the name", get("X\xe9: z\r\n"));
    t.add("field: 8-bit in the value is allowed", get("X-Name: caf\xe9\r\n"), "200 open", saw_get);
    t.add("field: empty value is allowed", get("X-Empty:\r\n"), "200 open", saw_get);
    t.add("field: too many", get([] {
              std::string lines;
              for (int i = 0; i < 120; ++i)
                  lines += "X-" + std::to_string(i) + ": y\r\n";
              return lines;
          }()),
          "431 closed");
    t.add("field: one too large", get("X: " + std::string(70'000, 'a') + "\r\n"), "431 closed");
    t.add("host: none", line + "{auth}\r\n");
    t.add("host: two", get("Host: h\r\n"));
    t.add("host: empty", line + "Host:\r\n{auth}\r\n");
    for (const char* host :
         {"g/path", "user@g", "g:port", "g:99999999", "g g", "g\\x", "g#x", "g?x", "[::1", "g,h"}) {
        t.add("host: "s + host, line + "Host: " + host + "\r\n{auth}\r\n");
    }
    t.add("host: none in HTTP/1.0 is allowed", "GET " + mount + "/apps HTTP/1.0\r\n{auth}\r\n",
          "200 closed", saw_get);
    t.add("override: a method in a header does nothing",
          get("X-HTTP-Method-Override: DELETE\r\nX-Method-Override: DELETE\r\n"), "200 open",
          saw_get);
    t.add("override: another path in a header does nothing",
          get("X-Original-URL: /x\r\nX-Rewrite-URL: /y\r\nX-Original-Path: /z\r\n"), "200 open",
          saw_get);
    t.add("authorization: two", get("Authorization: Basic eDp5\r\n"), "401 open");
}

void add_expectations(Table& t) {
    t.add("expect: 100-continue, body follows",
          put("Content-Length: 9\r\nExpect: 100-continue\r\n", "lock=true"), "100 200 open",
          saw_put);
    t.add("expect: in another case",
          put("Content-Length: 9\r\nExpect: 100-Continue\r\n", "lock=true"), "100 200 open",
          saw_put);
    t.add("expect: without a body", get("Expect: 100-continue\r\n"), "200 open", saw_get);
    t.add("expect: a refusal needs no body",
          "PUT " + mount +
              "/nowhere HTTP/1.1\r\nHost: g\r\n{auth}Content-Length: 9\r\nExpect: "
              "100-continue\r\n\r\n",
          "404 closed");
    t.add("expect: something else", get("Expect: a-miracle\r\n"), "417 closed");
    t.add("expect: twice", get("Expect: 100-continue\r\nExpect: 100-continue\r\n"), "417 closed");
    t.add("HEAD: where the rack has none",
          "HEAD " + mount + "/apps HTTP/1.1\r\nHost: g\r\n{auth}\r\n", "404 open");
}

void add_connections(Table& t) {
    t.add("keep-alive: two requests", get() + get(), "200 200 open", saw_get + ", " + saw_get);
    t.add("keep-alive: close is heeded", get("Connection: close\r\n") + get(), "200 closed",
          saw_get);
    t.add("keep-alive: the second is bad", get() + "nonsense\r\n\r\n", "200 400 closed", saw_get);
    t.add("keep-alive: the first is bad", "nonsense\r\n\r\n" + get());
    t.add("keep-alive: HTTP/1.0 closes", "GET " + mount + "/apps HTTP/1.0\r\nHost: g\r\n{auth}\r\n",
          "200 closed", saw_get);
    t.add("keep-alive: HTTP/1.0 that asks for it",
          "GET " + mount + "/apps HTTP/1.0\r\nHost: g\r\n{auth}Connection: keep-alive\r\n\r\n",
          "200 open", saw_get);
    std::string many;
    std::string answers;
    std::string rack;
    for (int i = 0; i < 20; ++i) {
        many += get();
        answers += "200 ";
        rack += (i > 0 ? ", " : "") + saw_get;
    }
    t.add("pipeline: twenty", many, answers + "open", rack);
    t.add("pipeline: a body, then a request", put("Content-Length: 9\r\n", "lock=true") + get(),
          "200 200 open", saw_put + ", " + saw_get);
    for (const char* option : {"Authorization", "Host", "Content-Length", "X-Request-ID",
                               "Convox-Actor, close", "keep-alive, Authorization"}) {
        const bool closes = std::string(option).ends_with("close");
        t.add("connection: names "s + option, get("Connection: "s + option + "\r\n"),
              closes ? "200 closed" : "200 open", saw_get);
    }
    t.add("connection: not a list of tokens", get("Connection: a b\r\n"));
    t.add("connection: quoted", get("Connection: \"close\"\r\n"));
}

void add_upgrades(Table& t) {
    const std::string socket = "GET " + mount + "/apps/shop/logs HTTP/1.1\r\nHost: g\r\n{auth}";
    const std::string key =
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    t.add("upgrade: h2c on a plain route",
          get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: "
              "AAMAAABkAARAAAAAAAIAAAAA\r\n"),
          "501 open");
    t.add("upgrade: named but not listed is ignored", get("Upgrade: websocket\r\n" + key),
          "200 open", saw_get);
    t.add("upgrade: listed but not named", get("Connection: Upgrade\r\n" + key), "200 open",
          saw_get);
    t.add("upgrade: WebSocket without a key",
          socket + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
          "404 open");
    t.add("upgrade: WebSocket of another version",
          socket +
              "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
              "8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
          "404 open");
    const std::string hidden = "GET " + mount + "/apps HTTP/1.1\r\nHost: g\r\n\r\n";
    t.add("upgrade: WebSocket with a body that is a request",
          socket + "Connection: Upgrade\r\nUpgrade: websocket\r\n" + key +
              "Content-Length: " + std::to_string(hidden.size()) + "\r\n\r\n" + hidden,
          "404 open");
    t.add("upgrade: WebSocket where there is no session",
          get("Connection: Upgrade\r\nUpgrade: websocket\r\n" + key), "404 open");
    t.add("upgrade: two protocols",
          socket + "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n" + key + "\r\n", "404 open");
    t.add("upgrade: twice",
          socket + "Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: websocket\r\n" + key +
              "\r\n");
    t.add("HTTP/2: the connection preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    t.add("TLS: a client hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s);
}

}  // namespace

std::vector<DesyncCase> desync_cases() {
    Table table;
    add_lengths(table);
    add_codings(table);
    add_chunks(table);
    add_line_ends(table);
    add_request_lines(table);
    add_fields(table);
    add_expectations(table);
    add_connections(table);
    add_upgrades(table);
    return table.take();
}

}  // namespace rgw::test
