// The part of the pipeline that finds out who calls, and whether they may.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "call.hpp"
#include "form_body.hpp"
#include "rgw/access/decision.hpp"
#include "rgw/api/pipeline.hpp"
#include "rgw/api/refusal_meter.hpp"
#include "rgw/base/text.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/identity/credential.hpp"

namespace rgw::api {
namespace {

constexpr std::chrono::seconds database_timeout{5};

// A browser's session must not ride on a command line's credential (spec http-api §3.6).
bool has_session_cookie(const http::RequestHead& head) {
    return std::ranges::any_of(head.fields, [](const http::Field& field) {
        return equals_ignoring_case(field.name, "Cookie") &&
               identity::has_session_cookie(field.value);
    });
}

bool takes_cookies(const Call& call) {
    if (call.destination == Destination::rack_by_browser) {
        return true;
    }
    return call.gateway_route != nullptr && call.gateway_route->access.from != From::command_line;
}

// The Authorization header decides alone where there is one; a cookie counts only on the routes of
// the web app (spec http-api §3.1).
Result<identity::Credential> read_credential(Call& call) {
    const http::RequestHead& head = call.exchange.head();
    if (head.count("Authorization") > 1) {
        return Errc::credential_malformed;
    }
    Result<identity::Credential> credential =
        identity::parse_authorization(head.find("Authorization"));
    if (!credential || credential->presented) {
        const bool ambiguous = credential && !takes_cookies(call) && has_session_cookie(head);
        return ambiguous ? Errc::credential_ambiguous : credential;
    }
    if (!takes_cookies(call)) {
        return has_session_cookie(head) ? Errc::credential_ambiguous : Errc::credential_missing;
    }
    if (auto text = identity::find_cookie(head.find("Cookie"), identity::session_cookie)) {
        call.by_cookie = true;
        return identity::Credential{.presented = true, .token = std::move(*text)};
    }
    return Error(Errc::credential_missing, "missing authorization");
}

// The web app marks what it asks by itself.
identity::Activity activity_of(const http::RequestHead& head) {
    return head.find("X-Background-Request") ? identity::Activity::background
                                             : identity::Activity::person;
}

// A browser adds its cookie to what other sites make it send, too; what those cannot know is the
// token derived from it (spec http-api §2.8).
Result<void> compare_csrf(std::string_view given, std::string_view session_text, const Site& site) {
    const bool right =
        !site.csrf_key.expose().empty() &&
        crypto::constant_time_equal(given, identity::csrf_token(site.csrf_key, session_text));
    return right ? Result<void>() : Errc::csrf_refused;
}

Result<void> check_csrf(const Call& call, std::string_view session_text, const Site& site) {
    const std::string_view method = call.exchange.head().method;
    const bool in_form =
        call.gateway_route != nullptr && call.gateway_route->access.csrf == Csrf::in_form;
    if (!call.by_cookie || method == "GET" || method == "HEAD" || in_form) {
        return {};
    }
    return compare_csrf(call.exchange.head().find("X-CSRF-Token").value_or(""), session_text, site);
}

// A header of its own instead of the credential's suffix (spec http-api §3.1); the first of them
// that is there.
Result<void> read_factor_header(Call& call) {
    const http::RequestHead& head = call.exchange.head();
    for (const auto& [name, kind] :
         {std::pair("X-MFA-TOTP", "totp"), std::pair("X-MFA-WebAuthn", "webauthn")}) {
        if (head.count(name) > 1) {
            return Error(Errc::bad_header, "more than one " + std::string(name));
        }
        const auto value = head.find(name);
        if (value && !trim(*value).empty()) {
            call.factor =
                identity::InlineFactor{.kind = kind, .value = Secret(std::string(trim(*value)))};
            return {};
        }
    }
    return {};
}

}  // namespace

Result<void> Pipeline::limit_by_peer(const Call& call) const {
    if (services_.refusals.exhausted(call.client_address, call.started)) {
        return Errc::peer_rate_limited;
    }
    return {};
}

async::Task<Result<void>> Pipeline::authenticate(Call& call) {
    Result<identity::Credential> credential = read_credential(call);
    if (!credential) {
        co_return credential.error();
    }
    const std::string token = std::move(credential->token);
    call.factor = std::move(credential->factor);
    const Result<void> header = read_factor_header(call);
    if (!header) {
        co_return header;
    }
    const auto principal = co_await services_.authenticator.authenticate(
        token, activity_of(call.exchange.head()), deadline_in(database_timeout));
    if (!principal) {
        call.principal = principal.error().known;
        co_return principal.error().error;
    }
    call.principal = principal.value();
    co_return check_csrf(call, token, services_.site);
}

async::Task<Result<void>> Pipeline::limit_rate(const Call& call) {
    if (call.gateway_route == nullptr || call.gateway_route->throttle == Throttle::none) {
        co_return Result<void>();
    }
    std::string subject = call.principal == nullptr
                              ? rate_subject(call.client_address)
                              : "user:" + std::to_string(call.principal->user_id.value);
    const Result<void> admitted = co_await services_.rates.admit(
        call.gateway_route->throttle, std::move(subject), deadline_in(database_timeout));
    co_return admitted;
}

// The same token, in the body of a page without script.
Result<void> Pipeline::check_form(const Call& call) const {
    if (!call.by_cookie || call.gateway_route->access.csrf == Csrf::in_header) {
        return {};
    }
    const auto session =
        identity::find_cookie(call.exchange.head().find("Cookie"), identity::session_cookie);
    return compare_csrf(form_value(call.body, "csrf_token"), session.value_or(""), services_.site);
}

Result<void> Pipeline::authorise(const Call& call) const {
    const bool by_token = call.principal->api_token_id.has_value();
    if (call.rack) {
        if (by_token && call.rack->route->callers == rack::Callers::people) {
            return Errc::person_required;
        }
        return access::decide(call.principal->permissions, *call.needed);
    }
    if (by_token && call.gateway_route->access.from == From::person) {
        return Errc::person_required;
    }
    if (!call.needed) {
        return {};
    }
    Result<void> decided = access::decide(call.principal->permissions, *call.needed);
    // What takes a factor with every request is no business of a machine's: a token could make
    // another, or switch off what keeps it in check (spec http-api §25.1 item 2). An admin can open
    // a route.
    if (decided && by_token && access::mfa_level(*call.needed) == access::MfaLevel::always &&
        !services_.policy.current()->routes_open_to_tokens.contains(
            route_name(*call.gateway_route))) {
        return Errc::person_required;
    }
    return decided;
}

}  // namespace rgw::api
