#pragma once

#include <optional>
#include <string>
#include <vector>

#include "factor_events.hpp"
#include "gateway_call.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/identity/session.hpp"
#include "rgw/mfa/factor.hpp"

// What the routes about one's own factors share.
namespace rgw::api {

inline constexpr std::chrono::seconds factor_patience{15};

// Error: sign_in_unavailable where nobody can sign in.
[[nodiscard]] Result<FactorAccess*> factor_access(const GatewayCall& call);

// The text the browser's session goes by once its rights grow: the one it came with may be known to
// somebody who could not use it so far. Empty when the session is verified already, or a command
// line's, which could not be told.
[[nodiscard]] std::optional<identity::NewSessionText> next_session_text(const GatewayCall& call);

// Of answer_proven(), for the operations that end with it.
[[nodiscard]] boost::json::value factor_verified_shape(SchemaBook& book);

enum class TrustDevice : std::uint8_t { no, yes };

// The answer to a factor that counted (spec http-api §10.5), with the cookies that go with it.
async::Task<Result<Reply>> answer_proven(GatewayCall call, mfa::ProvenFactor proven,
                                         std::optional<identity::NewSessionText> next,
                                         TrustDevice trust);
// The session's new text as a cookie, where there is one.
void add_session_cookie(Reply& reply, const Site& site,
                        const std::optional<identity::NewSessionText>& next);

// The record of a factor that did not count, and the error its caller is told.
async::Task<Error> refused_factor(GatewayCall call, mfa::FactorRefusal refusal);

[[nodiscard]] std::vector<std::string> exposed(const std::vector<Secret>& secrets);

// Of a path. Error: invalid_request.
[[nodiscard]] Result<std::int64_t> id_in_path(const GatewayCall& call, std::string_view name,
                                              std::string_view sentence);

}  // namespace rgw::api
