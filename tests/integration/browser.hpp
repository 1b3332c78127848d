#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "http_client.hpp"
#include "process.hpp"

namespace rgw::test {

// Another address each time, for gateways that trust the machine they are tested on: what is
// bounded per address does not hide what a test looks for.
[[nodiscard]] std::string next_address();

// As much of a browser as signing in takes: cookies by port, one request at a time on loopback.
class Browser {
public:
    // Absolute http URLs. Keeps what the answer sets.
    Response get(const std::string& url, Headers headers = {});
    Response post(const std::string& url, const std::string& form);

    // "" when there is none.
    [[nodiscard]] std::string cookie(std::uint16_t port, const std::string& name) const;
    void set_cookie(std::uint16_t port, const std::string& name, const std::string& value);
    // The name of the only cookie that begins so.
    [[nodiscard]] std::string cookie_name(std::uint16_t port, const std::string& prefix) const;

private:
    Response send(const std::string& url, Request request);
    [[nodiscard]] std::string all(std::uint16_t port) const;

    std::map<std::pair<std::uint16_t, std::string>, std::string> cookies_;
};

// tests/oidc/provider.mjs: a real OpenID provider, which sends browsers back to `redirect_uris`.
class Provider {
public:
    Provider(const std::string& directory, std::vector<std::string> redirect_uris,
             std::uint16_t port = 0);

    [[nodiscard]] std::string issuer() const;
    // Follows the way from the gateway's redirect through the provider's pages, as `who`, to the
    // URL the browser is sent back to; that one is not opened.
    std::string sign_in(Browser& browser, std::string url, const std::string& who) const;

private:
    std::unique_ptr<Process> process_;
    std::vector<std::string> redirect_uris_;
    std::uint16_t port_ = 0;
};

}  // namespace rgw::test
