#pragma once

#include <openssl/evp.h>

#include "rgw/crypto_testing/signing_key.hpp"

namespace rgw::crypto::testing {

struct SigningKey::State {
    KeyKind kind;
    EVP_PKEY* key;
    ~State() { EVP_PKEY_free(key); }
};

}  // namespace rgw::crypto::testing
