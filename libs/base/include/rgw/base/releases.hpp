#pragma once

namespace rgw {

// The deleter of a C library's object: std::unique_ptr<EVP_PKEY, Releases<EVP_PKEY_free>>.
template <auto release>
struct Releases {
    template <class T>
    void operator()(T* object) const {
        release(object);
    }
};

}  // namespace rgw
