#include "rgw/identity/session.hpp"

#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto/random.hpp"
#include "rgw/identity/credential.hpp"

namespace rgw::identity {
namespace {

// Of a session's text and of the one that follows it: 96 bits, which leaves 162 new ones.
constexpr std::size_t shared_characters = 16;

}  // namespace

std::string_view name(Channel channel) {
    switch (channel) {
        case Channel::web:
            return "web";
        case Channel::cli:
            return "cli";
    }
    return "";
}

std::optional<Channel> find_channel(std::string_view name_of_channel) {
    for (const Channel channel : {Channel::web, Channel::cli}) {
        if (name(channel) == name_of_channel) {
            return channel;
        }
    }
    return std::nullopt;
}

NewSessionText create_session_text() {
    Secret text = crypto::random_token("");
    std::string hash = token_hash(text.expose());
    return {.text = std::move(text), .hash = std::move(hash)};
}

NewSessionText rotated_session_text(std::string_view former) {
    std::string text(former.substr(0, shared_characters));
    text += crypto::random_token("").expose().substr(text.size());
    std::string hash = token_hash(text);
    return {.text = Secret(std::move(text)), .hash = std::move(hash)};
}

std::string csrf_token(const Secret& key, std::string_view session_text) {
    const std::string message = "csrf|" + std::string(session_text.substr(0, shared_characters));
    std::string text = crypto::base64(crypto::text_of(crypto::hmac_sha256(key.expose(), message)));
    text.resize(text.find_last_not_of('=') + 1);
    return text;
}

}  // namespace rgw::identity
