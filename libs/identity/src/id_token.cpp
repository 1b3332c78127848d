#include "rgw/identity/id_token.hpp"

#include "rgw/crypto/jws.hpp"

namespace rgw::identity {
namespace {

TokenFault fault_of(crypto::JwsFault fault) {
    switch (fault) {
        case crypto::JwsFault::too_large:
            return TokenFault::too_large;
        case crypto::JwsFault::malformed:
            return TokenFault::malformed;
        case crypto::JwsFault::header_malformed:
            return TokenFault::header_malformed;
        case crypto::JwsFault::header_duplicate_key:
            return TokenFault::header_duplicate_key;
        case crypto::JwsFault::header_critical:
            return TokenFault::header_critical;
        case crypto::JwsFault::algorithm_none:
            return TokenFault::algorithm_none;
        case crypto::JwsFault::algorithm_symmetric:
            return TokenFault::algorithm_symmetric;
        case crypto::JwsFault::algorithm_unknown:
            break;
    }
    return TokenFault::algorithm_unknown;
}

TokenFault fault_of(KeyFault fault) {
    switch (fault) {
        case KeyFault::unknown:
            return TokenFault::key_unknown;
        case KeyFault::unfit:
            return TokenFault::key_unfit;
        case KeyFault::ambiguous:
            break;
    }
    return TokenFault::key_ambiguous;
}

}  // namespace

TokenResult<IdTokenClaims> check_id_token(std::string_view token,
                                          const IdTokenExpectation& expectation,
                                          const KeySet& keys) {
    const auto jws = crypto::parse_jws(token);
    if (!jws) {
        return fault_of(jws.error());
    }
    const auto key = keys.choose(jws->key_id, jws->algorithm);
    if (!key) {
        return fault_of(key.error());
    }
    if (!crypto::verifies(**key, *jws)) {
        return TokenFault::signature_wrong;
    }
    return check_claims(jws->payload, expectation);
}

}  // namespace rgw::identity
