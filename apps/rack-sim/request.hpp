#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/http/message.hpp"

namespace rgw::sim {

// A request as a rack's router sees it: the path is percent-decoded first and split afterwards,
// without any cleaning, so an encoded slash or question mark that a gateway lets through shows its
// effect here.
struct Request {
    std::string method;
    std::string target;
    std::vector<std::string> segments;
    std::map<std::string, std::string> form;  // body before query, as Go's merged form
    std::map<std::string, std::string> query;
    std::map<std::string, std::string> headers;  // lower-case names
    std::string body;

    // Where a rack reads an option from: form or query first, then the header of that name.
    [[nodiscard]] std::string option(const std::string& name) const;
    [[nodiscard]] std::string header(const std::string& lower_case_name) const;
};

[[nodiscard]] Request read_request(const http::RequestHead& head);
// Adds the fields of an urlencoded body.
void read_form(Request& request, std::string body);
[[nodiscard]] std::map<std::string, std::string> parse_pairs(std::string_view text);

// "/apps/{app}/builds" against the segments; fills `params` in order. {rest*} takes what is left.
[[nodiscard]] bool matches(std::string_view pattern, const std::vector<std::string>& segments,
                           std::vector<std::string>& params);

}  // namespace rgw::sim
