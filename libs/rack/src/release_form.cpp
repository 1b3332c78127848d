#include "rgw/rack/release_env.hpp"
#include "rgw/rack/urlencoded.hpp"

namespace rgw::rack {

std::string ReleaseForm::with_env(std::string_view env_text) const {
    const Pair pair{.name = "env", .value = std::string(env_text)};
    return others + (others.empty() ? "" : "&") + serialize_urlencoded({&pair, 1});
}

Result<ReleaseForm> read_release_form(std::string_view body) {
    const auto pairs = parse_urlencoded(body, Errc::bad_body);
    if (!pairs) {
        return pairs.error();
    }
    ReleaseForm form;
    std::vector<Pair> others;
    for (const Pair& pair : *pairs) {
        if (pair.name == "parent-release") {
            return Error(Errc::env_change_refused,
                         "parent-release would bring back an earlier environment unchecked");
        }
        if (pair.name == "env") {
            form.env = Secret(pair.value);
            continue;
        }
        if (pair.name != "build" && pair.name != "description") {
            return Error(Errc::bad_body, "a release takes only build, description and env");
        }
        if (pair.value.find('\0') != std::string::npos) {
            return Error(Errc::bad_body, "a NUL in a value");
        }
        form.names_build = form.names_build || pair.name == "build";
        others.push_back(pair);
    }
    form.others = serialize_urlencoded(others);
    return form;
}

}  // namespace rgw::rack
