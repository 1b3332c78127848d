#include "tpm_structures.hpp"

#include <algorithm>
#include <array>

#include "rgw/crypto/digest.hpp"

namespace rgw::mfa::tpm {
namespace {

// TPM_ALG_ID (part 2 §6.3)
constexpr std::uint16_t alg_rsa = 0x0001;
constexpr std::uint16_t alg_null = 0x0010;
constexpr std::uint16_t alg_rsassa = 0x0014;
constexpr std::uint16_t alg_rsapss = 0x0016;
constexpr std::uint16_t alg_ecdsa = 0x0018;
constexpr std::uint16_t alg_ecc = 0x0023;

constexpr std::uint32_t generated_value = 0xFF544347;  // TPM_GENERATED_VALUE
constexpr std::uint16_t attest_certify = 0x8017;       // TPM_ST_ATTEST_CERTIFY
constexpr std::size_t clock_info_bytes = 17;           // TPMS_CLOCK_INFO
constexpr std::size_t firmware_version_bytes = 8;

struct NameHash {
    std::uint16_t id;
    crypto::HashAlgorithm algorithm;
};
// SHA-1 is no proof of which key was meant any more.
constexpr auto name_hashes = std::to_array<NameHash>({
    {0x000B, crypto::HashAlgorithm::sha256},
    {0x000C, crypto::HashAlgorithm::sha384},
    {0x000D, crypto::HashAlgorithm::sha512},
});

struct Curve {
    std::uint16_t id;  // TPM_ECC_CURVE (part 2 §6.4)
    crypto::KeyType type;
    std::size_t octets;
};
constexpr auto curves = std::to_array<Curve>({
    {0x0003, crypto::KeyType::p256, 32},
    {0x0004, crypto::KeyType::p384, 48},
    {0x0005, crypto::KeyType::p521, 66},
});

// Reads on past a mistake and remembers it: good() is asked at the end.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::string_view take(std::size_t size) {
        good_ = good_ && size <= rest_.size();
        if (!good_) {
            return {};
        }
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    std::uint32_t number(std::size_t octets) {
        std::uint32_t out = 0;
        for (const char octet : take(octets)) {
            out = out << 8U | static_cast<unsigned char>(octet);
        }
        return out;
    }
    std::uint16_t id() { return static_cast<std::uint16_t>(number(2)); }
    std::string_view sized() { return take(number(2)); }
    void expect(bool holds) { good_ = good_ && holds; }

    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool done() const { return good_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool good_ = true;
};

// What a key that signs has: no symmetric algorithm, and a signing scheme or none in particular.
void skip_schemes(Reader& reader, std::initializer_list<std::uint16_t> schemes) {
    reader.expect(reader.id() == alg_null);
    const std::uint16_t scheme = reader.id();
    if (scheme != alg_null) {
        reader.expect(std::ranges::find(schemes, scheme) != schemes.end());
        reader.id();  // its hash algorithm
    }
}

std::string big_endian(std::uint32_t number) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) {
        const auto octet = static_cast<char>(number >> static_cast<unsigned>(shift) & 0xFFU);
        if (octet != '\0' || !out.empty()) {
            out += octet;
        }
    }
    return out;
}

std::optional<crypto::VerifyingKey> read_rsa(Reader& reader) {
    skip_schemes(reader, {alg_rsassa, alg_rsapss});
    const std::uint32_t bits = reader.number(2);
    const std::uint32_t exponent = reader.number(4);
    const std::string_view modulus = reader.sized();
    if (!reader.done() || modulus.size() * 8 != bits) {
        return std::nullopt;
    }
    // Part 2 §12.2.3.5: 0 is the default exponent.
    auto key = crypto::VerifyingKey::rsa(modulus, big_endian(exponent == 0 ? 65537 : exponent));
    return key ? std::optional(std::move(*key)) : std::nullopt;
}

// The TPM may leave leading zeros of a coordinate away.
std::string padded(std::string_view number, std::size_t octets) {
    return std::string(octets - std::min(octets, number.size()), '\0') + std::string(number);
}

std::optional<crypto::VerifyingKey> read_ecc(Reader& reader) {
    skip_schemes(reader, {alg_ecdsa});
    const auto* const curve = std::ranges::find(curves, reader.id(), &Curve::id);
    reader.expect(reader.id() == alg_null);  // the key derivation scheme
    const std::string_view x = reader.sized();
    const std::string_view y = reader.sized();
    if (!reader.done() || curve == curves.end()) {
        return std::nullopt;
    }
    auto key =
        crypto::VerifyingKey::ec(curve->type, padded(x, curve->octets), padded(y, curve->octets));
    return key ? std::optional(std::move(*key)) : std::nullopt;
}

}  // namespace

std::optional<PublicArea> parse_public_area(std::string_view bytes) {
    Reader reader(bytes);
    const std::uint16_t type = reader.id();
    const std::string_view name_algorithm = bytes.substr(std::min<std::size_t>(2, bytes.size()), 2);
    const auto* const hash = std::ranges::find(name_hashes, reader.id(), &NameHash::id);
    reader.number(4);  // the object's attributes
    reader.sized();    // its authorisation policy
    if (!reader.good() || hash == name_hashes.end() || (type != alg_rsa && type != alg_ecc)) {
        return std::nullopt;
    }
    auto key = type == alg_rsa ? read_rsa(reader) : read_ecc(reader);
    if (!key) {
        return std::nullopt;
    }
    return PublicArea{.name = std::string(name_algorithm) + crypto::hash(hash->algorithm, bytes),
                      .key = std::move(*key)};
}

std::optional<CertifyInfo> parse_certify_info(std::string_view bytes) {
    Reader reader(bytes);
    reader.expect(reader.number(4) == generated_value);
    reader.expect(reader.id() == attest_certify);
    reader.sized();  // who signed: the certificate says so
    CertifyInfo info;
    info.extra_data = reader.sized();
    reader.take(clock_info_bytes + firmware_version_bytes);
    info.name = reader.sized();
    reader.sized();  // its name qualified by its parents
    return reader.done() ? std::optional(info) : std::nullopt;
}

}  // namespace rgw::mfa::tpm
