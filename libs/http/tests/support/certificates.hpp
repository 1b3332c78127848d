#pragma once

#include <filesystem>
#include <string>

namespace rgw::http::test {

// A directory that goes with its owner.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] std::string file(const std::string& name) const {
        return (path_ / name).string();
    }

private:
    std::filesystem::path path_;
};

// A self-signed certificate for a DNS name or an address, with its key, as PEM files. A self-signed
// one is its own authority.
struct CertificateFiles {
    std::string certificate;
    std::string key;
};
CertificateFiles make_certificate(const TemporaryDirectory& directory, const std::string& name,
                                  int valid_days = 30);

}  // namespace rgw::http::test
