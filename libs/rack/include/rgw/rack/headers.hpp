#pragma once

#include <optional>
#include <string_view>

#include "rgw/rack/route.hpp"

// Which header fields cross the gateway (design §8). Names compare without case.
namespace rgw::rack {

// Client to rack: an allow-list of Accept, Content-Type, User-Agent, Version and the route's own
// option headers. So no credential, cookie, code, tenant, actor or forwarding field passes, and no
// Accept-Encoding: what comes back can be read. The caller adds Authorization, Convox-Actor and
// X-Request-ID of its own.
[[nodiscard]] bool passes_to_rack(const Route& route, std::string_view name);

// A client's field that would change a process's environment unrecorded. It never passes; a caller
// who sends it to start or enter a process is told so rather than left to wonder.
[[nodiscard]] bool sets_environment(std::string_view name);

// Rack to client: everything but hop-by-hop fields, those the rack's Connection field names
// (`connection`: its value as it stood), framing, cookies, and fields that speak for the gateway's
// own origin. An answer with several Connection fields must be asked about each of them.
[[nodiscard]] bool passes_to_client(std::string_view name,
                                    std::optional<std::string_view> connection);

}  // namespace rgw::rack
