#include "factor_answers.hpp"

#include <charconv>
#include <utility>

#include "call.hpp"
#include "people.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/mfa/trusted_devices.hpp"
#include "sign_in_parts.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

struct FactorVerified {
    Timestamp mfa_verified_at{};
    Timestamp recent_step_up_expires_at{};
    bool trusted_device_cookie = false;
};
RGW_WIRE(FactorVerified, mfa_verified_at, recent_step_up_expires_at, trusted_device_cookie)

async::Task<Result<void>> trust(GatewayCall call, Reply& reply) {
    const auto remembered = co_await call.services().factors->devices.remember(
        factor_holder(call.call()), deadline_in(factor_patience));
    if (!remembered) {
        co_return remembered.error();
    }
    call.add_detail("trusted_device_id", std::to_string(remembered->id.value));
    const std::string lifetime = "; Max-Age=" + std::to_string(remembered->lives_for.count());
    reply.fields.push_back(
        {"Set-Cookie", set_cookie(call.services().site, mfa::trusted_device_cookie,
                                  remembered->cookie.expose(), "/", lifetime)});
    co_return Result<void>();
}

}  // namespace

boost::json::value factor_verified_shape(SchemaBook& book) {
    return shape<FactorVerified>(book);
}

Result<FactorAccess*> factor_access(const GatewayCall& call) {
    FactorAccess* access = call.services().factors;
    return access == nullptr ? Result<FactorAccess*>(Errc::sign_in_unavailable) : access;
}

std::optional<identity::NewSessionText> next_session_text(const GatewayCall& call) {
    const auto former = call.cookie(identity::session_cookie);
    if (!call.call().by_cookie || !former || call.principal()->session->mfa_verified_at) {
        return std::nullopt;
    }
    return identity::rotated_session_text(*former);
}

void add_session_cookie(Reply& reply, const Site& site,
                        const std::optional<identity::NewSessionText>& next) {
    if (next) {
        reply.fields.push_back({"Set-Cookie", set_cookie(site, identity::session_cookie,
                                                         next->text.expose(), "/", "")});
    }
}

async::Task<Result<Reply>> answer_proven(GatewayCall call, mfa::ProvenFactor proven,
                                         std::optional<identity::NewSessionText> next,
                                         TrustDevice trusts) {
    const Services& services = call.services();
    const identity::SessionFacts& session = *call.principal()->session;
    rights_changed(services, session.id);
    const bool set_device =
        trusts == TrustDevice::yes && call.call().by_cookie && !session.trusted_device_id;
    Reply reply = json_reply(FactorVerified{
        .mfa_verified_at = session.mfa_verified_at.value_or(proven.at),
        .recent_step_up_expires_at = proven.at + services.policy.current()->step_up_window,
        .trusted_device_cookie = set_device});
    add_session_cookie(reply, services.site, next);
    if (set_device) {
        const Result<void> trusted = co_await trust(call, reply);
        if (!trusted) {
            co_return trusted.error();
        }
    }
    co_return reply;
}

async::Task<Error> refused_factor(GatewayCall call, mfa::FactorRefusal refusal) {
    const Error told = refusal.error;
    const Result<void> recorded = co_await record_factor_failure(
        call.services(), call.call(), holder_of(*call.principal()), std::move(refusal));
    co_return recorded ? told : recorded.error();
}

std::vector<std::string> exposed(const std::vector<Secret>& secrets) {
    std::vector<std::string> texts;
    texts.reserve(secrets.size());
    for (const Secret& secret : secrets) {
        texts.emplace_back(secret.expose());
    }
    return texts;
}

Result<std::int64_t> id_in_path(const GatewayCall& call, std::string_view name,
                                std::string_view sentence) {
    const std::string& text = call.path(name);
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size() || id <= 0) {
        return Error(Errc::invalid_request, std::string(sentence));
    }
    return id;
}

}  // namespace rgw::api
