#include "aws_signing.hpp"

#include <algorithm>
#include <map>

#include "rgw/base/percent.hpp"
#include "rgw/base/text.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::outbound {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t date_size = 8;  // of 20130524T000000Z

// "2013-05-24T00:00:00Z" without the punctuation.
std::string basic_time(Timestamp at) {
    std::string text = rfc3339_seconds(at);
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text;
}

// Runs of spaces count as one.
std::string canonical_value(std::string_view value) {
    std::string out;
    for (const char c : trim(value)) {
        if (c != ' ' || out.back() != ' ') {
            out += c;
        }
    }
    return out;
}

struct CanonicalFields {
    std::string lines;  // "name:value\n" each
    std::string names;  // "host;x-amz-date"
};

CanonicalFields canonical_fields(const std::vector<identity::FetchField>& fields) {
    std::map<std::string, std::string> sorted;
    for (const identity::FetchField& field : fields) {
        std::string& value = sorted[to_lower(field.name)];
        value += (value.empty() ? "" : ",") + canonical_value(field.value.expose());
    }
    CanonicalFields canonical;
    for (const auto& [name, value] : sorted) {
        canonical.lines.append(name).append(":").append(value).append("\n");
        canonical.names.append(canonical.names.empty() ? "" : ";").append(name);
    }
    return canonical;
}

Secret next_key(const Secret& key, std::string_view part) {
    return Secret(std::string(crypto::text_of(crypto::hmac_sha256(key.expose(), part))));
}

Secret signing_key(const AwsCredentials& credentials, const SigningScope& scope,
                   std::string_view date) {
    Secret key("AWS4" + std::string(credentials.secret_access_key.expose()));
    for (const std::string_view part :
         {date, std::string_view(scope.region), std::string_view(scope.service),
          std::string_view("aws4_request")}) {
        key = next_key(key, part);
    }
    return key;
}

}  // namespace

std::string encoded_path(std::string_view path) {
    std::string out;
    while (!path.empty()) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        append_query_component(out, path.substr(0, slash));
        out += slash < path.size() ? "/" : "";
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return out;
}

std::string encoded_query(const AwsRequest& request) {
    std::vector<std::pair<std::string, std::string>> encoded;
    for (const auto& [name, value] : request.query) {
        auto& [encoded_name, encoded_value] = encoded.emplace_back();
        append_query_component(encoded_name, name);
        append_query_component(encoded_value, value);
    }
    std::ranges::sort(encoded);
    std::string out;
    for (const auto& [name, value] : encoded) {
        out.append(out.empty() ? "" : "&").append(name).append("=").append(value);
    }
    return out;
}

std::vector<identity::FetchField> signature_fields(const AwsRequest& request,
                                                   const AwsCredentials& credentials,
                                                   const SigningScope& scope, Timestamp at) {
    const std::string time = basic_time(at);
    const std::string date = time.substr(0, date_size);
    std::vector<identity::FetchField> added = {{.name = "Host", .value = Secret(request.host)},
                                               {.name = "X-Amz-Date", .value = Secret(time)}};
    if (!credentials.session_token.empty()) {
        added.push_back({.name = "X-Amz-Security-Token", .value = credentials.session_token});
    }
    std::vector<identity::FetchField> all = request.fields;
    all.insert(all.end(), added.begin(), added.end());
    const CanonicalFields canonical = canonical_fields(all);

    const std::string canonical_request =
        request.method + "\n" + encoded_path(request.path) + "\n" + encoded_query(request) + "\n" +
        canonical.lines + "\n" + canonical.names + "\n" + crypto::hex(request.body_digest);
    const std::string where = date + "/" + scope.region + "/" + scope.service + "/aws4_request";
    const std::string to_sign = std::string(algorithm) + "\n" + time + "\n" + where + "\n" +
                                crypto::hex(crypto::sha256(canonical_request));
    const crypto::Digest signature =
        crypto::hmac_sha256(signing_key(credentials, scope, date).expose(), to_sign);
    added.push_back(
        {.name = "Authorization",
         .value = Secret(std::string(algorithm) + " Credential=" + credentials.access_key_id + "/" +
                         where + ", SignedHeaders=" + canonical.names +
                         ", Signature=" + crypto::hex(signature))});
    return added;
}

}  // namespace rgw::outbound
