#include "rgw/crypto/jwk.hpp"

#include <string>

#include "require.hpp"
#include "targets.hpp"

namespace rgw::fuzz {

void jwk(std::string_view input) {
    using namespace rgw::crypto;
    const auto key = Jwk::parse(input);
    if (!key) {
        require(key.error().code == Errc::invalid_value && !key.error().detail.empty());
        return;
    }
    require(!key->key_id() || !key->key_id()->empty());
    int families = 0;
    const bool rsa = key->fits(JwsAlgorithm::rs256) || key->fits(JwsAlgorithm::ps256);
    for (const bool fits : {rsa, key->fits(JwsAlgorithm::es256), key->fits(JwsAlgorithm::es384),
                            key->fits(JwsAlgorithm::eddsa)}) {
        families += fits ? 1 : 0;
    }
    require(families <= 1);
    for (const JwsAlgorithm algorithm :
         {JwsAlgorithm::rs256, JwsAlgorithm::ps256, JwsAlgorithm::es256, JwsAlgorithm::es384,
          JwsAlgorithm::eddsa}) {
        require(!key->verifies(algorithm, input, ""));
        require(!key->verifies(algorithm, input, input));
    }
}

}  // namespace rgw::fuzz
