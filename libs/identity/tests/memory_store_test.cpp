#include "rgw/identity_testing/cli_login_contract.hpp"
#include "rgw/identity_testing/directory_contract.hpp"
#include "rgw/identity_testing/memory_cli_logins.hpp"
#include "rgw/identity_testing/memory_directories.hpp"
#include "rgw/identity_testing/memory_stores.hpp"
#include "rgw/identity_testing/store_contract.hpp"

namespace rgw::identity_testing {
namespace {

class MemoryFixture {
public:
    MemoryFixture() { loop_.start(); }
    identity::UserStore& users() { return users_; }
    identity::TokenStore& tokens() { return tokens_; }
    identity::UserDirectory& user_directory() { return user_directory_; }
    identity::TokenDirectory& token_directory() { return token_directory_; }
    identity::SessionStore& sessions() { return sessions_; }
    identity::LoginStateStore& login_states() { return login_states_; }
    identity::CliLoginStore& cli_logins() { return cli_logins_; }
    async::Loop& loop() { return loop_; }
    std::optional<Timestamp> last_used(ApiTokenId id) {
        const auto at = tokens_.last_used.find(id);
        return at == tokens_.last_used.end() ? std::optional<Timestamp>() : at->second;
    }
    static std::int64_t add_trusted_device(UserId user) { return user.value + 7; }

private:
    async::Loop loop_{"test"};
    MemoryUserStore users_;
    MemoryTokenStore tokens_{users_};
    MemorySessionStore sessions_{users_};
    MemoryLoginStateStore login_states_;
    MemoryCliLoginStore cli_logins_{users_};
    MemoryUserDirectory user_directory_{users_, sessions_};
    MemoryTokenDirectory token_directory_{tokens_, users_};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, StoreContract, MemoryFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, CliLoginContract, MemoryFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, DirectoryContract, MemoryFixture);

}  // namespace
}  // namespace rgw::identity_testing
