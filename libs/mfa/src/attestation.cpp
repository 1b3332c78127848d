#include "attestation.hpp"

#include <algorithm>
#include <array>

#include "der.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::mfa {
namespace {

constexpr std::size_t max_chain = 8;
constexpr std::string_view aaguid_extension = "1.3.6.1.4.1.45724.1.1.4";

struct Format {
    std::string_view name;
    WebAuthnResult<Attested> (*verify)(const Attestation&);
};
constexpr auto formats = std::to_array<Format>({
    {"none", verify_none},
    {"packed", verify_packed},
    {"fido-u2f", verify_fido_u2f},
    {"tpm", verify_tpm},
    {"android-key", verify_android_key},
    {"apple", verify_apple},
});

}  // namespace

WebAuthnResult<Attested> verify_statement(std::string_view format, const Attestation& attestation) {
    const auto* const found = std::ranges::find(formats, format, &Format::name);
    if (found == formats.end()) {
        return WebAuthnFault::attestation_format_unknown;
    }
    return found->verify(attestation);
}

// §8.7
WebAuthnResult<Attested> verify_none(const Attestation& attestation) {
    if (!has_exactly(attestation.statement, {})) {
        return WebAuthnFault::attestation_malformed;
    }
    return Attested{};
}

bool has_exactly(const cbor::Value& map, std::initializer_list<std::string_view> names) {
    return map.kind == cbor::Kind::map && cbor::size(map) == names.size() &&
           std::ranges::all_of(
               names, [&map](std::string_view name) { return cbor::find(map, name) != nullptr; });
}

std::string_view bytes_member(const cbor::Value& statement, std::string_view name) {
    const cbor::Value* found = cbor::find(statement, name, cbor::Kind::bytes);
    return found != nullptr ? found->content : std::string_view();
}

WebAuthnResult<CoseAlgorithm> read_algorithm(const cbor::Value& statement) {
    const cbor::Value* number = cbor::find(statement, "alg", cbor::Kind::integer);
    if (number == nullptr) {
        return WebAuthnFault::attestation_malformed;
    }
    const auto algorithm = find_cose_algorithm(number->number);
    if (!algorithm) {
        return WebAuthnFault::algorithm_refused;
    }
    return *algorithm;
}

WebAuthnResult<std::vector<crypto::Certificate>> read_chain(const cbor::Value& statement) {
    const cbor::Value* list = cbor::find(statement, "x5c", cbor::Kind::array);
    if (list == nullptr || list->items.empty() || list->items.size() > max_chain) {
        return WebAuthnFault::attestation_malformed;
    }
    std::vector<crypto::Certificate> chain;
    for (const cbor::Value& item : list->items) {
        if (item.kind != cbor::Kind::bytes) {
            return WebAuthnFault::attestation_malformed;
        }
        auto certificate = crypto::Certificate::parse(item.content);
        if (!certificate) {
            return WebAuthnFault::attestation_certificate_refused;
        }
        chain.push_back(std::move(*certificate));
    }
    return chain;
}

bool may_attest(const crypto::Certificate& certificate, const Aaguid& aaguid) {
    const auto extension = certificate.extension(aaguid_extension);
    if (!extension) {
        return true;
    }
    const auto model = der::only(extension->value, der::octet_string);
    return !extension->critical && model && *model == crypto::text_of(aaguid);
}

}  // namespace rgw::mfa
