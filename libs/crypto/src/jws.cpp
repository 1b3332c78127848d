#include "rgw/crypto/jws.hpp"

#include "rgw/base/json.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::crypto {
namespace {

constexpr std::size_t max_key_id_bytes = 512;

JwsFault fault_of(std::string_view algorithm) {
    if (algorithm == "none") {
        return JwsFault::algorithm_none;
    }
    return algorithm.starts_with("HS") ? JwsFault::algorithm_symmetric
                                       : JwsFault::algorithm_unknown;
}

// Sets the algorithm and the key id.
std::optional<JwsFault> read_header(std::string_view text, Jws& jws) {
    const auto header = parse_json_object(text, {.bytes = max_jws_bytes});
    if (!header) {
        return header.error() == JsonFault::duplicate_key ? JwsFault::header_duplicate_key
                                                          : JwsFault::header_malformed;
    }
    if (header->contains("crit")) {
        return JwsFault::header_critical;
    }
    const std::string_view algorithm = text_member(*header, "alg");
    if (algorithm.empty()) {
        return JwsFault::header_malformed;
    }
    const auto known = find_jws_algorithm(algorithm);
    if (!known) {
        return fault_of(algorithm);
    }
    jws.algorithm = *known;
    if (header->contains("kid")) {
        const std::string_view key_id = text_member(*header, "kid");
        if (key_id.empty() || key_id.size() > max_key_id_bytes) {
            return JwsFault::header_malformed;
        }
        jws.key_id = key_id;
    }
    return std::nullopt;
}

std::string_view text(JwsFault fault) {
    switch (fault) {
        case JwsFault::too_large:
            return "the token is too large";
        case JwsFault::malformed:
            return "the token is not three parts of base64url";
        case JwsFault::header_malformed:
            return "the token's header is malformed";
        case JwsFault::header_duplicate_key:
            return "the token's header has a key twice";
        case JwsFault::header_critical:
            return "the token's header demands an extension";
        case JwsFault::algorithm_none:
            return "the token is not signed";
        case JwsFault::algorithm_symmetric:
            return "the token is signed with a shared secret";
        case JwsFault::algorithm_unknown:
            return "the token's algorithm is not allowed";
    }
    return "";
}

}  // namespace

void throw_exception_from_error(JwsFault fault, const boost::source_location&) {
    throw ErrorException(Error(Errc::invalid_value, std::string(text(fault))));
}

boost::system::result<Jws, JwsFault> parse_jws(std::string_view compact) {
    if (compact.size() > max_jws_bytes) {
        return JwsFault::too_large;
    }
    const std::size_t first = compact.find('.');
    const std::size_t second =
        first == std::string_view::npos ? first : compact.find('.', first + 1);
    if (second == std::string_view::npos ||
        compact.find('.', second + 1) != std::string_view::npos) {
        return JwsFault::malformed;
    }
    const auto header = parse_base64url(compact.substr(0, first));
    auto payload = parse_base64url(compact.substr(first + 1, second - first - 1));
    auto signature = parse_base64url(compact.substr(second + 1));
    if (!header || !payload || !signature) {
        return JwsFault::malformed;
    }
    Jws jws{.algorithm = {},
            .key_id = {},
            .signed_part = std::string(compact.substr(0, second)),
            .payload = std::move(*payload),
            .signature = std::move(*signature)};
    if (const auto fault = read_header(*header, jws)) {
        return *fault;
    }
    return jws;
}

}  // namespace rgw::crypto
