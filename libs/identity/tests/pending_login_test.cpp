#include "rgw/identity/pending_login.hpp"

#include <gtest/gtest.h>

#include "rgw/identity/oidc_flow.hpp"

namespace rgw::identity {
namespace {

using namespace std::chrono_literals;

const Secret key("0123456789abcdef0123456789abcdef");
const Timestamp start(1'790'000'000s);

PendingLogin pending(const std::string& return_to = "/app/apps/shop?x=1") {
    NewLogin login = new_login();
    return {.state = login.state,
            .nonce = login.nonce,
            .verifier = std::move(login.verifier),
            .return_to = return_to,
            .begun = start};
}

std::string reason(const std::string& sealed, const std::string& state, Timestamp now = start) {
    const auto opened = open_login(key, sealed, state, now);
    return opened ? "" : opened.error().detail;
}

TEST(PendingLogin, ComesBackAsItWas) {
    for (const char* return_to : {"/app/apps/shop?x=1", ""}) {
        const PendingLogin login = pending(return_to);
        const std::string sealed = seal_login(key, login);
        EXPECT_EQ(sealed.find_first_of(" ;,\"\\="), std::string::npos) << "cookie characters only";
        const auto opened = open_login(key, sealed, login.state, start + 10min);
        ASSERT_TRUE(opened);
        EXPECT_EQ(opened->state, login.state);
        EXPECT_EQ(opened->nonce, login.nonce);
        EXPECT_EQ(opened->verifier.expose(), login.verifier.expose());
        EXPECT_EQ(opened->return_to, return_to);
    }
}

TEST(PendingLogin, NoByteOfItCanBeChanged) {
    const PendingLogin login = pending();
    const std::string sealed = seal_login(key, login);
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        std::string changed = sealed;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        EXPECT_NE(reason(changed, login.state), "") << at;
        EXPECT_NE(reason(sealed.substr(0, at), login.state), "") << at;
    }
    EXPECT_EQ(open_login(Secret("another key of thirty-two bytes!"), sealed, login.state, start)
                  .error()
                  .detail,
              "login: the cookie is not ours");
}

TEST(PendingLogin, IsForItsOwnStateAndTenMinutes) {
    const PendingLogin login = pending();
    const std::string sealed = seal_login(key, login);
    EXPECT_EQ(reason(sealed, pending().state), "login: the state is not this browser's");
    EXPECT_EQ(reason(sealed, ""), "login: the state is not this browser's");
    EXPECT_EQ(reason(sealed, login.state, start + 10min + 1s), "login: it took too long");
    EXPECT_EQ(reason(sealed, login.state, start - 1s), "login: it took too long");
    for (const char* nonsense : {"", ".", "......", "a.b.c.d.e.f"}) {
        EXPECT_EQ(reason(nonsense, login.state), "login: the cookie is not ours") << nonsense;
    }
}

}  // namespace
}  // namespace rgw::identity
