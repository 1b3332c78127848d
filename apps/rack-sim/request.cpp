#include "request.hpp"

#include "rgw/base/text.hpp"

namespace rgw::sim {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decode(std::string_view text, bool plus_is_space) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
            hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += plus_is_space && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> segments;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const auto end = path.find('/');
        segments.emplace_back(path.substr(0, end));
        path = end == std::string_view::npos ? std::string_view() : path.substr(end);
    }
    return segments;
}

}  // namespace

std::string Request::option(const std::string& name) const {
    if (const auto found = form.find(name); found != form.end()) {
        return found->second;
    }
    return header(to_lower(name));
}

std::string Request::header(const std::string& lower_case_name) const {
    const auto found = headers.find(lower_case_name);
    return found == headers.end() ? std::string() : found->second;
}

std::map<std::string, std::string> parse_pairs(std::string_view text) {
    std::map<std::string, std::string> pairs;
    for (const std::string& item : split_list(text, '&')) {
        const auto equals = item.find('=');
        const std::string value = equals == std::string::npos ? "" : item.substr(equals + 1);
        pairs.emplace(decode(item.substr(0, equals), true), decode(value, true));
    }
    return pairs;
}

Request read_request(const http::RequestHead& head) {
    Request request;
    request.method = head.method;
    request.target = head.target;
    const auto question = head.target.find('?');
    request.segments = split(decode(head.target.substr(0, question), false));
    if (question != std::string_view::npos) {
        request.query = parse_pairs(head.target.substr(question + 1));
    }
    request.form = request.query;
    for (const http::Field& field : head.fields) {
        request.headers[to_lower(field.name)] = std::string(field.value);
    }
    return request;
}

void read_form(Request& request, std::string body) {
    request.body = std::move(body);
    if (request.header("content-type").starts_with("application/x-www-form-urlencoded")) {
        std::map<std::string, std::string> fields = parse_pairs(request.body);
        fields.insert(request.query.begin(), request.query.end());
        request.form = std::move(fields);
    }
}

bool matches(std::string_view pattern, const std::vector<std::string>& segments,
             std::vector<std::string>& params) {
    params.clear();
    const std::vector<std::string> wanted = split(pattern);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i].ends_with("*}")) {
            std::string rest;
            for (std::size_t j = i; j < segments.size(); ++j) {
                rest += (j > i ? "/" : "") + segments[j];
            }
            params.push_back(rest);
            return i < segments.size();
        }
        if (i >= segments.size()) {
            return false;
        }
        if (wanted[i].starts_with("{")) {
            params.push_back(segments[i]);
        } else if (wanted[i] != segments[i]) {
            return false;
        }
    }
    return wanted.size() == segments.size();
}

}  // namespace rgw::sim
