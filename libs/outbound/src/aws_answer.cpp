#include "aws_answer.hpp"

#include <algorithm>
#include <pugixml.hpp>

#include "rgw/base/json.hpp"
#include "rgw/base/percent.hpp"
#include "rgw/base/text.hpp"

namespace rgw::outbound {
namespace {

constexpr std::size_t longest_code = 64;
constexpr std::size_t longest_message = 300;
constexpr std::size_t most_keys = 1000;
constexpr std::size_t longest_key = 1024;
constexpr std::size_t most_json_bytes = 64UL * 1024;

// Its root; none when it is not XML or has a document type. An entity that XML does not define
// stays the text it is.
pugi::xml_node read_root(pugi::xml_document& document, std::string_view xml) {
    const unsigned options = pugi::parse_escapes | pugi::parse_cdata | pugi::parse_doctype;
    if (!document.load_buffer(xml.data(), xml.size(), options, pugi::encoding_utf8)) {
        return {};
    }
    const auto is_type = [](const pugi::xml_node& node) {
        return node.type() == pugi::node_doctype;
    };
    return document.find_child(is_type) ? pugi::xml_node() : document.document_element();
}

std::string for_people(std::string_view text, std::size_t limit) {
    std::string clean = valid_utf8(text.substr(0, limit * 4));
    std::ranges::replace_if(clean, is_control_character, ' ');
    return clip_utf8(std::move(clean), limit);
}

// As S3 encodes keys with encoding-type=url: a space is "+".
Result<std::string> decoded_key(std::string text) {
    std::ranges::replace(text, '+', ' ');
    std::string key;
    if (!percent_decode(text, key)) {
        return Error(Errc::invalid_value, "a key of the listing is not percent-encoded");
    }
    if (key.empty() || key.size() > longest_key) {
        return Error(Errc::invalid_value, "a key of the listing has an impossible length");
    }
    return key;
}

Result<AwsCredentials> made_of(std::string_view id, std::string_view secret, std::string_view token,
                               std::string_view expiration) {
    if (id.empty() || secret.empty()) {
        return Error(Errc::invalid_value, "the answer has no credentials");
    }
    const Result<Timestamp> expires_at = parse_rfc3339(expiration);
    if (!expires_at) {
        return Error(Errc::invalid_value, "the answer does not say when its credentials expire");
    }
    return AwsCredentials{.access_key_id = std::string(id),
                          .secret_access_key = Secret(std::string(secret)),
                          .session_token = Secret(std::string(token)),
                          .expires_at = *expires_at};
}

}  // namespace

AwsComplaint read_complaint(std::string_view xml) {
    pugi::xml_document document;
    pugi::xml_node error = read_root(document, xml);
    if (error.name() == std::string_view("ErrorResponse")) {
        error = error.child("Error");
    }
    if (error.name() != std::string_view("Error")) {
        return {};
    }
    AwsComplaint complaint{.code = for_people(error.child_value("Code"), longest_code),
                           .message = for_people(error.child_value("Message"), longest_message),
                           .region = for_people(error.child_value("Region"), longest_code)};
    if (const auto at = parse_rfc3339(error.child_value("ServerTime"))) {
        complaint.server_time = *at;
    }
    return complaint;
}

std::string text_of(const AwsComplaint& complaint) {
    return complaint.code.empty() || complaint.message.empty()
               ? complaint.code
               : complaint.code + ": " + complaint.message;
}

Result<std::vector<std::string>> read_listing(std::string_view xml) {
    pugi::xml_document document;
    const pugi::xml_node root = read_root(document, xml);
    if (root.name() != std::string_view("ListBucketResult")) {
        return Error(Errc::invalid_value, "the answer is no listing");
    }
    if (root.child_value("EncodingType") != std::string_view("url")) {
        return Error(Errc::invalid_value, "the listing is not percent-encoded");
    }
    std::vector<std::string> keys;
    for (const pugi::xml_node& entry : root.children("Contents")) {
        Result<std::string> key = decoded_key(entry.child_value("Key"));
        if (!key) {
            return key.error();
        }
        if (keys.size() == most_keys) {
            return Error(Errc::invalid_value, "the listing has more keys than asked for");
        }
        keys.push_back(std::move(*key));
    }
    return keys;
}

Result<AwsCredentials> read_assumed_role(std::string_view xml) {
    pugi::xml_document document;
    const pugi::xml_node root = read_root(document, xml);
    if (root.name() != std::string_view("AssumeRoleWithWebIdentityResponse")) {
        return Error(Errc::invalid_value, "the answer is none of STS");
    }
    const pugi::xml_node credentials =
        root.child("AssumeRoleWithWebIdentityResult").child("Credentials");
    return made_of(credentials.child_value("AccessKeyId"),
                   credentials.child_value("SecretAccessKey"),
                   credentials.child_value("SessionToken"), credentials.child_value("Expiration"));
}

Result<AwsCredentials> read_credentials(std::string_view json) {
    const auto answer = parse_json_object(json, {.bytes = most_json_bytes});
    if (!answer) {
        return Error(Errc::invalid_value, "the answer is no JSON object");
    }
    const std::string_view code = text_member(*answer, "Code");
    if (!code.empty() && code != "Success") {
        return Error(Errc::invalid_value, "the answer says " + for_people(code, longest_code));
    }
    return made_of(text_member(*answer, "AccessKeyId"), text_member(*answer, "SecretAccessKey"),
                   text_member(*answer, "Token"), text_member(*answer, "Expiration"));
}

}  // namespace rgw::outbound
