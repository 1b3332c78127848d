#include "rgw/http/static_file.hpp"

#include <algorithm>
#include <string>

#include "rgw/base/text.hpp"

namespace rgw::http {
namespace {

// "gzip;q=0" asks for anything but gzip.
bool is_refused(std::string_view parameters) {
    const std::size_t at = parameters.find("q=");
    if (at == std::string_view::npos) {
        return false;
    }
    const std::string_view weight = parameters.substr(at + 2);
    return weight.find_first_not_of("0. \t") == std::string_view::npos;
}

bool takes(const RequestHead& head, std::string_view coding) {
    for (const std::string& each : split_list(head.find("Accept-Encoding").value_or(""))) {
        const std::size_t end = std::min(each.find(';'), each.size());
        if (equals_ignoring_case(trim(std::string_view(each).substr(0, end)), coding)) {
            return !is_refused(std::string_view(each).substr(end));
        }
    }
    return false;
}

// The digest is of the plain bytes: a weak validator, the same for every form.
bool has_already(const RequestHead& head, const std::string& tag) {
    const std::string_view known = head.find("If-None-Match").value_or("");
    return known == "*" || known.find(tag) != std::string_view::npos;
}

}  // namespace

StaticAnswer answer_static(const StaticFile& file, const RequestHead& head) {
    const std::string tag = "\"" + std::string(file.digest) + "\"";
    const bool lasting = file.lifetime == StaticFile::for_ever;
    StaticAnswer answer;
    answer.fields = {
        {"ETag", "W/" + tag},
        {"Cache-Control", lasting ? "public, max-age=31536000, immutable" : "no-cache"},
        {"Vary", "Accept-Encoding"}};
    if (has_already(head, tag)) {
        answer.status = 304;
        return answer;
    }
    answer.body = file.identity;
    if (!file.brotli.empty() && takes(head, "br")) {
        answer.body = file.brotli;
        answer.fields.push_back({"Content-Encoding", "br"});
    } else if (!file.gzip.empty() && takes(head, "gzip")) {
        answer.body = file.gzip;
        answer.fields.push_back({"Content-Encoding", "gzip"});
    }
    return answer;
}

}  // namespace rgw::http
