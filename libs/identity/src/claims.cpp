#include <algorithm>
#include <cmath>
#include <optional>

#include "rgw/base/json.hpp"
#include "rgw/base/text.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/jws.hpp"
#include "rgw/identity/id_token.hpp"
#include "rgw/identity/oidc_provider.hpp"
#include "rgw/identity/seed.hpp"

namespace rgw::identity {
namespace {

namespace json = boost::json;
using Fault = std::optional<TokenFault>;

constexpr std::size_t longest_subject = 255;  // OpenID Connect Core §2
constexpr std::size_t longest_name = 200;
constexpr std::size_t max_groups = 256;
constexpr std::int64_t last_second = 253'402'300'799;  // of the year 9999

std::string_view view(const json::string& text) {
    return {text.data(), text.size()};
}

// Empty when the claim is missing; null is a value of the wrong type.
TokenResult<std::optional<std::string_view>> text_claim(const json::object& claims,
                                                        std::string_view name) {
    const json::value* value = claims.if_contains(name);
    if (value == nullptr) {
        return std::optional<std::string_view>();
    }
    if (!value->is_string()) {
        return TokenFault::claim_of_wrong_type;
    }
    return std::optional(view(value->get_string()));
}

// A NumericDate (RFC 7519 §2): seconds, perhaps with a fraction, which is cut off.
TokenResult<std::optional<Timestamp>> time_claim(const json::object& claims,
                                                 std::string_view name) {
    const json::value* value = claims.if_contains(name);
    if (value == nullptr) {
        return std::optional<Timestamp>();
    }
    if (!value->is_number()) {
        return TokenFault::claim_of_wrong_type;
    }
    const auto seconds = value->to_number<double>();
    if (seconds < 0 || seconds > static_cast<double>(last_second)) {
        return TokenFault::number_out_of_range;
    }
    return std::optional<Timestamp>(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

bool is_text(const json::value& value) {
    return value.is_string();
}

Fault check_issuer_claim(const json::object& claims, const IdTokenExpectation& expected) {
    const auto issuer = text_claim(claims, "iss");
    if (!issuer) {
        return issuer.error();
    }
    if (!*issuer) {
        return TokenFault::issuer_missing;
    }
    return **issuer == expected.issuer ? Fault() : TokenFault::issuer_other;
}

// `aud` is a text or a list of texts.
Fault check_audience(const json::object& claims, const IdTokenExpectation& expected) {
    const json::value* value = claims.if_contains("aud");
    if (value == nullptr) {
        return TokenFault::audience_missing;
    }
    const json::array* list = value->if_array();
    if (list == nullptr && !value->is_string()) {
        return TokenFault::claim_of_wrong_type;
    }
    if (list != nullptr && !std::ranges::all_of(*list, is_text)) {
        return TokenFault::claim_of_wrong_type;
    }
    const auto is_ours = [&](const json::value& item) {
        return view(item.get_string()) == expected.client_id;
    };
    const bool ours = list != nullptr ? std::ranges::any_of(*list, is_ours) : is_ours(*value);
    if (!ours) {
        return TokenFault::audience_other;
    }
    const auto party = text_claim(claims, "azp");
    if (!party) {
        return party.error();
    }
    if (!*party) {
        return list != nullptr && list->size() > 1 ? TokenFault::authorized_party_missing : Fault();
    }
    return **party == expected.client_id ? Fault() : TokenFault::authorized_party_other;
}

Fault check_times(const json::object& claims, const IdTokenExpectation& expected) {
    const auto expiry = time_claim(claims, "exp");
    const auto not_before = time_claim(claims, "nbf");
    const auto issued = time_claim(claims, "iat");
    for (const auto* claim : {&expiry, &not_before, &issued}) {
        if (!*claim) {
            return claim->error();
        }
    }
    const Timestamp now = expected.now;
    if (!*expiry) {
        return TokenFault::expiry_missing;
    }
    if (now >= **expiry + expected.leeway) {
        return TokenFault::expired;
    }
    if (*not_before && **not_before > now + expected.leeway) {
        return TokenFault::not_yet_valid;
    }
    if (!*issued) {
        return TokenFault::issued_at_missing;
    }
    if (**issued > now + expected.leeway) {
        return TokenFault::issued_in_future;
    }
    if (**issued + expected.max_age + expected.leeway < now) {
        return TokenFault::issued_too_long_ago;
    }
    return {};
}

Fault check_nonce(const json::object& claims, const IdTokenExpectation& expected) {
    const auto nonce = text_claim(claims, "nonce");
    if (!nonce) {
        return nonce.error();
    }
    if (!*nonce) {
        return TokenFault::nonce_missing;
    }
    const bool same =
        !expected.nonce.empty() && crypto::constant_time_equal(**nonce, expected.nonce);
    return same ? Fault() : TokenFault::nonce_other;
}

Fault read_subject(const json::object& claims, IdTokenClaims& out) {
    const auto subject = text_claim(claims, "sub");
    if (!subject) {
        return subject.error();
    }
    if (!*subject || (*subject)->empty()) {
        return TokenFault::subject_missing;
    }
    const bool plain = std::ranges::all_of(**subject, [](char c) { return c >= 0x20 && c < 0x7F; });
    if (!plain || (*subject)->size() > longest_subject) {
        return TokenFault::subject_malformed;
    }
    out.subject = **subject;
    return {};
}

Fault read_email(const json::object& claims, IdTokenClaims& out) {
    const auto email = text_claim(claims, "email");
    if (!email) {
        return email.error();
    }
    if (!*email) {
        return TokenFault::email_missing;
    }
    auto parsed = parse_email(**email);
    if (!parsed ||
        parsed->size() != (*email)->size()) {  // blanks around it are not ours to forgive
        return TokenFault::email_malformed;
    }
    // The text "true", which some providers send, is not true: it could as well be "false".
    const json::value* verified = claims.if_contains("email_verified");
    if (verified == nullptr || verified->is_null()) {
        return TokenFault::email_unverified;
    }
    if (!verified->is_bool()) {
        return TokenFault::claim_of_wrong_type;
    }
    if (!verified->get_bool()) {
        return TokenFault::email_unverified;
    }
    out.email = std::move(*parsed);
    return {};
}

bool is_allowed(std::string_view domain, const IdTokenExpectation& expected) {
    return std::ranges::any_of(expected.allowed_domains, [&](const std::string& allowed) {
        return equals_ignoring_case(domain, allowed);
    });
}

// A Google account may have any address; only `hd` says that it is the organisation's.
Fault check_domain(const json::object& claims, const IdTokenExpectation& expected,
                   const IdTokenClaims& out) {
    if (expected.allowed_domains.empty()) {
        return {};
    }
    if (is_google(expected.issuer)) {
        const auto hosted = text_claim(claims, "hd");
        if (!hosted) {
            return hosted.error();
        }
        if (!*hosted) {
            return TokenFault::hosted_domain_missing;
        }
        if (!is_allowed(**hosted, expected)) {
            return TokenFault::hosted_domain_other;
        }
    }
    const std::string_view domain = std::string_view(out.email).substr(out.email.find('@') + 1);
    return is_allowed(domain, expected) ? Fault() : TokenFault::domain_not_allowed;
}

Fault read_name(const json::object& claims, IdTokenClaims& out) {
    const auto name = text_claim(claims, "name");
    if (!name) {
        return name.error();
    }
    out.name = clip_utf8(valid_utf8(name->value_or("")), longest_name);
    return {};
}

// The claim is a text or a list of texts; a person in no group may have none.
Fault read_groups(const json::object& claims, const IdTokenExpectation& expected,
                  IdTokenClaims& out) {
    const json::value* value =
        expected.role_claim.empty() ? nullptr : claims.if_contains(expected.role_claim);
    if (value == nullptr) {
        return {};
    }
    if (value->is_string()) {
        out.groups.emplace_back(view(value->get_string()));
        return {};
    }
    const json::array* list = value->if_array();
    if (list == nullptr || !std::ranges::all_of(*list, is_text)) {
        return TokenFault::claim_of_wrong_type;
    }
    if (list->size() > max_groups) {
        return TokenFault::too_many_groups;
    }
    for (const json::value& item : *list) {
        out.groups.emplace_back(view(item.get_string()));
    }
    return {};
}

Fault fault_of(JsonFault fault) {
    switch (fault) {
        case JsonFault::too_large:
            return TokenFault::too_large;
        case JsonFault::duplicate_key:
            return TokenFault::claims_duplicate_key;
        case JsonFault::number_out_of_range:
            return TokenFault::number_out_of_range;
        case JsonFault::syntax:
        case JsonFault::too_deep:
        case JsonFault::not_an_object:
            break;
    }
    return TokenFault::claims_malformed;
}

// What a token is for before whom it is about: a token for somebody else tells nothing.
Fault read_claims(const json::object& claims, const IdTokenExpectation& expected,
                  IdTokenClaims& out) {
    Fault fault = check_issuer_claim(claims, expected);
    fault = fault ? fault : check_audience(claims, expected);
    fault = fault ? fault : check_times(claims, expected);
    fault = fault ? fault : check_nonce(claims, expected);
    fault = fault ? fault : read_subject(claims, out);
    fault = fault ? fault : read_email(claims, out);
    fault = fault ? fault : check_domain(claims, expected, out);
    fault = fault ? fault : read_name(claims, out);
    return fault ? fault : read_groups(claims, expected, out);
}

}  // namespace

TokenResult<IdTokenClaims> check_claims(std::string_view payload,
                                        const IdTokenExpectation& expectation) {
    const auto claims = parse_json_object(payload, {.bytes = crypto::max_jws_bytes});
    if (!claims) {
        return *fault_of(claims.error());
    }
    IdTokenClaims out;
    if (const Fault fault = read_claims(*claims, expectation, out)) {
        return *fault;
    }
    return out;
}

}  // namespace rgw::identity
