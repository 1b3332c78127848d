#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/crypto/verifying_key.hpp"

// The two structures of the TPM 2.0 Library Specification, part 2, that an attestation carries. Big
// endian; a TPM2B is its size in two octets, then so many octets. Both are read to their last byte.
namespace rgw::mfa::tpm {

// TPMT_PUBLIC of a key that signs.
struct PublicArea {
    std::string name;  // TPM2B_NAME's content: the algorithm and the hash (part 1 §16)
    crypto::VerifyingKey key;
};
[[nodiscard]] std::optional<PublicArea> parse_public_area(std::string_view bytes);

// TPMS_ATTEST of TPM2_Certify; a view of its bytes.
struct CertifyInfo {
    std::string_view extra_data;
    std::string_view name;  // of what was certified
};
[[nodiscard]] std::optional<CertifyInfo> parse_certify_info(std::string_view bytes);

}  // namespace rgw::mfa::tpm
