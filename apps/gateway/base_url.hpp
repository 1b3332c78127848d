#pragma once

#include <string>

#include "rgw/settings/settings.hpp"

namespace rgw::app {

// Where browsers reach the gateway (spec http-api §8, §10.4).
[[nodiscard]] inline std::string base_url(const settings::Settings& settings) {
    if (settings.sign_in.domain == "localhost") {
        return "http://localhost:" + std::to_string(settings.listen.port);
    }
    return "https://" + settings.sign_in.domain;
}

}  // namespace rgw::app
