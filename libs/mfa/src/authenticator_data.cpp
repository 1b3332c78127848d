#include "authenticator_data.hpp"

#include <algorithm>

#include "rgw/crypto/digest.hpp"

namespace rgw::mfa {
namespace {

constexpr std::size_t max_bytes = 16UL * 1024;
constexpr std::size_t hash_bytes = 32;
constexpr std::size_t head_bytes = hash_bytes + 1 + 4;
constexpr std::size_t aaguid_bytes = 16;

enum Flag : unsigned {
    user_present = 0x01,
    user_verified = 0x04,
    backup_eligible = 0x08,
    backed_up = 0x10,
    attested_credential = 0x40,
    extensions = 0x80,
};

std::uint32_t big_endian(std::string_view octets) {
    std::uint32_t number = 0;
    for (const char octet : octets) {
        number = number << 8U | static_cast<unsigned char>(octet);
    }
    return number;
}

// Takes it off the front of `rest`. The key says itself where it ends.
std::optional<AttestedCredential> take_credential(std::string_view& rest) {
    if (rest.size() < aaguid_bytes + 2) {
        return std::nullopt;
    }
    AttestedCredential credential;
    std::ranges::copy(crypto::bytes_of(rest.substr(0, aaguid_bytes)), credential.aaguid.begin());
    const std::size_t id_bytes = big_endian(rest.substr(aaguid_bytes, 2));
    rest.remove_prefix(aaguid_bytes + 2);
    if (id_bytes == 0 || rest.size() < id_bytes) {
        return std::nullopt;
    }
    credential.id = rest.substr(0, id_bytes);
    rest.remove_prefix(id_bytes);
    auto key = cbor::parse_first(rest);
    if (!key) {
        return std::nullopt;
    }
    rest.remove_prefix(key->encoded.size());
    credential.public_key = std::move(*key);
    return credential;
}

// A map from extension identifiers (§9.3); what they say is nothing we have asked for.
bool take_extensions(std::string_view& rest) {
    const auto map = cbor::parse_first(rest);
    if (!map || map->kind != cbor::Kind::map) {
        return false;
    }
    for (std::size_t i = 0; i < map->items.size(); i += 2) {
        if (map->items[i].kind != cbor::Kind::text) {
            return false;
        }
    }
    rest.remove_prefix(map->encoded.size());
    return true;
}

}  // namespace

std::optional<AuthenticatorData> parse_authenticator_data(std::string_view bytes) {
    if (bytes.size() < head_bytes || bytes.size() > max_bytes) {
        return std::nullopt;
    }
    const unsigned flags = static_cast<unsigned char>(bytes[hash_bytes]);
    AuthenticatorData data{.bytes = bytes,
                           .rp_id_hash = bytes.substr(0, hash_bytes),
                           .user_present = (flags & Flag::user_present) != 0,
                           .user_verified = (flags & Flag::user_verified) != 0,
                           .backup_eligible = (flags & Flag::backup_eligible) != 0,
                           .backed_up = (flags & Flag::backed_up) != 0,
                           .sign_count = big_endian(bytes.substr(hash_bytes + 1, 4)),
                           .credential = std::nullopt};
    std::string_view rest = bytes.substr(head_bytes);
    if ((flags & Flag::attested_credential) != 0) {
        data.credential = take_credential(rest);
        if (!data.credential) {
            return std::nullopt;
        }
    }
    if ((flags & Flag::extensions) != 0 && !take_extensions(rest)) {
        return std::nullopt;
    }
    return rest.empty() ? std::optional(std::move(data)) : std::nullopt;
}

std::optional<WebAuthnFault> check_authenticator_data(const AuthenticatorData& data,
                                                      const RelyingParty& party,
                                                      UserVerification user_verification) {
    const crypto::Digest hash = crypto::sha256(party.id);
    if (!crypto::constant_time_equal(data.rp_id_hash, crypto::text_of(hash))) {
        return WebAuthnFault::rp_id_wrong;
    }
    if (!data.user_present) {
        return WebAuthnFault::user_not_present;
    }
    if (user_verification == UserVerification::required && !data.user_verified) {
        return WebAuthnFault::user_not_verified;
    }
    if (data.backed_up && !data.backup_eligible) {
        return WebAuthnFault::backup_state_impossible;
    }
    return std::nullopt;
}

}  // namespace rgw::mfa
