#include "edwards_point.hpp"

#include <openssl/bn.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "rgw/base/releases.hpp"

namespace rgw::crypto {
namespace {

using Number = std::unique_ptr<BIGNUM, Releases<BN_free>>;
using Scratch = std::unique_ptr<BN_CTX, Releases<BN_CTX_free>>;

void require(bool worked) {
    if (!worked) {
        throw std::runtime_error("OpenSSL cannot calculate");
    }
}

Number new_number(BN_ULONG value = 0) {
    Number number(BN_new());
    require(number && BN_set_word(number.get(), value) == 1);
    return number;
}

// Arithmetic modulo the curve's prime.
class Field {
public:
    explicit Field(const char* prime) : scratch_(BN_CTX_new()) {
        BIGNUM* parsed = nullptr;
        require(scratch_ && BN_hex2bn(&parsed, prime) > 0);
        prime_.reset(parsed);
    }
    [[nodiscard]] const BIGNUM* prime() const { return prime_.get(); }
    [[nodiscard]] Number times(const Number& a, const Number& b) const {
        Number out = new_number();
        require(BN_mod_mul(out.get(), a.get(), b.get(), prime(), scratch_.get()) == 1);
        return out;
    }
    [[nodiscard]] Number plus(const Number& a, const Number& b) const {
        Number out = new_number();
        require(BN_mod_add(out.get(), a.get(), b.get(), prime(), scratch_.get()) == 1);
        return out;
    }
    [[nodiscard]] Number minus(const Number& a, const Number& b) const {
        Number out = new_number();
        require(BN_mod_sub(out.get(), a.get(), b.get(), prime(), scratch_.get()) == 1);
        return out;
    }
    [[nodiscard]] bool is_square(const Number& a) const {
        return BN_kronecker(a.get(), prime(), scratch_.get()) == 1;
    }

private:
    Scratch scratch_;
    Number prime_;
};

constexpr const char* prime_25519 =
    "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFED";
constexpr const char* prime_448 =
    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFE"
    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";

// Both curves give x^2 = u/v for a y. It has a root when u*v is a square, and u/v is not 0: that is
// y = 1 or -1, of order 1 and 2. y = 0 is of order 4.
bool is_sound_25519(const Field& field, const Number& y) {
    const Number square = field.times(y, y);
    const Number one = new_number(1);
    // d = -121665/121666
    const Number u = field.times(new_number(121666), field.minus(square, one));
    const Number v = field.minus(new_number(121666), field.times(new_number(121665), square));
    // Of order 8: twice the point has y = 0, so x^2 = -y^2.
    const Number of_order_8 = field.plus(u, field.times(square, v));
    return !BN_is_zero(y.get()) && !BN_is_zero(of_order_8.get()) &&
           field.is_square(field.times(u, v));
}

bool is_sound_448(const Field& field, const Number& y) {
    const Number square = field.times(y, y);
    const Number one = new_number(1);
    // d = -39081
    const Number u = field.minus(one, square);
    const Number v = field.plus(one, field.times(new_number(39081), square));
    return !BN_is_zero(y.get()) && field.is_square(field.times(u, v));
}

}  // namespace

bool is_sound_point(KeyType curve, std::string_view octets) {
    const bool is_448 = curve == KeyType::ed448;
    if (octets.size() != (is_448 ? 57 : 32)) {
        return false;
    }
    std::string y_octets(octets);
    y_octets.back() = static_cast<char>(y_octets.back() & 0x7F);  // the sign of x
    const Number y(BN_lebin2bn(reinterpret_cast<const unsigned char*>(y_octets.data()),
                               static_cast<int>(y_octets.size()), nullptr));
    require(y != nullptr);
    const Field field(is_448 ? prime_448 : prime_25519);
    return BN_cmp(y.get(), field.prime()) < 0 &&
           (is_448 ? is_sound_448(field, y) : is_sound_25519(field, y));
}

}  // namespace rgw::crypto
