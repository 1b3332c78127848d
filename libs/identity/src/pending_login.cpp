#include "rgw/identity/pending_login.hpp"

#include <charconv>
#include <cstdint>
#include <vector>

#include "rgw/base/text.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::identity {
namespace {

constexpr std::size_t name_characters = 8;
constexpr std::size_t parts = 6;  // state, nonce, verifier, seconds, return_to, MAC
constexpr std::size_t longest_sealed = 4096;

std::string mac(const Secret& key, std::string_view text) {
    const std::string message = "login|" + std::string(text);
    return crypto::base64url(crypto::text_of(crypto::hmac_sha256(key.expose(), message)));
}

std::int64_t seconds_of(Timestamp at) {
    return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

Error refused(const char* why) {
    return {Errc::sign_in_refused, why};
}

}  // namespace

std::string login_cookie_name(std::string_view state) {
    return "rgw_oauth_state_" + std::string(state.substr(0, name_characters));
}

std::string seal_login(const Secret& key, const PendingLogin& login) {
    std::string text =
        login.state + "." + login.nonce + "." + std::string(login.verifier.expose()) + "." +
        std::to_string(seconds_of(login.begun)) + "." + crypto::base64url(login.return_to);
    const std::string tag = mac(key, text);
    return text + "." + tag;
}

Result<PendingLogin> open_login(const Secret& key, std::string_view sealed, std::string_view state,
                                Timestamp now) {
    const std::size_t end = sealed.rfind('.');
    if (sealed.size() > longest_sealed || end == std::string_view::npos ||
        !crypto::constant_time_equal(mac(key, sealed.substr(0, end)), sealed.substr(end + 1))) {
        return refused("login: the cookie is not ours");
    }
    std::vector<std::string_view> found;
    for (std::string_view rest = sealed; found.size() < parts;) {
        const std::size_t dot = rest.find('.');
        found.push_back(rest.substr(0, dot));
        rest.remove_prefix(dot == std::string_view::npos ? rest.size() : dot + 1);
    }
    if (state.empty() || !crypto::constant_time_equal(found[0], state)) {
        return refused("login: the state is not this browser's");
    }
    std::int64_t begun = 0;
    std::from_chars(found[3].data(), found[3].data() + found[3].size(), begun);
    const std::int64_t age = seconds_of(now) - begun;
    if (age < 0 || age > login_lives_for.count()) {
        return refused("login: it took too long");
    }
    return PendingLogin{.state = std::string(found[0]),
                        .nonce = std::string(found[1]),
                        .verifier = Secret(std::string(found[2])),
                        .return_to = crypto::parse_base64url(found[4]).value_or(""),
                        .begun = Timestamp(std::chrono::seconds(begun))};
}

}  // namespace rgw::identity
