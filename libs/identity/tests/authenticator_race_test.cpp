// Loads that are under way while something changes.
#include <gtest/gtest.h>

#include <memory>

#include "rgw/async/one_shot.hpp"
#include "rgw/identity/authenticator.hpp"
#include "rgw/identity_testing/memory_stores.hpp"
#include "support/run.hpp"

namespace rgw::identity {
namespace {

Deadline soon() {
    return deadline_in(std::chrono::seconds(10));
}

// Answers when told to, with the record as it was when the question came.
class SlowTokenStore final : public TokenStore {
public:
    async::Task<Result<std::optional<TokenRecord>>> find_by_hash(std::string, Deadline) override {
        const auto gate = gate_;
        Result<std::optional<TokenRecord>> answer = answer_;
        ++lookups;
        if (gate) {
            asked_->set(true);
            co_await gate->wait();
        }
        co_return answer;
    }
    async::Task<Result<void>> touch(std::vector<ApiTokenId>, Timestamp, Deadline) override {
        co_return Errc::internal;
    }

    std::shared_ptr<async::OneShot<bool>> gate_;
    std::shared_ptr<async::OneShot<bool>> asked_ = std::make_shared<async::OneShot<bool>>();
    Result<std::optional<TokenRecord>> answer_ = std::optional<TokenRecord>();
    int lookups = 0;
};

class AuthenticatorRaceTest : public testing::Test {
protected:
    AuthenticatorRaceTest() {
        loop_.start();
        authenticator_.set_listening(true);
        store_.answer_ = std::optional(record());
    }

    static TokenRecord record() {
        return {.id = ApiTokenId{1},
                .name = "ci",
                .permissions = {"convox:app:list"},
                .owner_id = UserId{1},
                .owner_email = "ada@example.com"};
    }

    // Begins a load, lets `change` happen while it is under way, then lets it end.
    template <class Change>
    bool authenticates_across(Change change) {
        store_.gate_ = std::make_shared<async::OneShot<bool>>();
        auto pending = boost::asio::co_spawn(
            loop_.executor(), authenticator_.authenticate("rgw_x", Activity::person, soon()),
            boost::asio::use_future);
        (void)test::run(loop_, store_.asked_->wait());
        change();
        store_.gate_->set(true);
        store_.gate_.reset();
        return pending.get().has_value();
    }

    bool authenticates() {
        return test::run(loop_, authenticator_.authenticate("rgw_x", Activity::person, soon()))
            .has_value();
    }

    async::Loop loop_{"test"};
    SystemClock clock_;
    SlowTokenStore store_;
    identity_testing::MemoryUserStore users_;
    identity_testing::MemorySessionStore sessions_{users_};
    Authenticator authenticator_{store_, sessions_, clock_};
};

TEST_F(AuthenticatorRaceTest, ALoadWithNothingInBetweenIsCached) {
    EXPECT_TRUE(authenticates_across([] {}));
    EXPECT_TRUE(authenticates());
    EXPECT_EQ(store_.lookups, 1);
}

TEST_F(AuthenticatorRaceTest, ALoadBegunBeforeAnInvalidationIsNeverCached) {
    EXPECT_TRUE(authenticates_across([&] {
        store_.answer_ = std::optional<TokenRecord>();
        authenticator_.invalidate_token(ApiTokenId{1});
    }));
    EXPECT_FALSE(authenticates());
}

TEST_F(AuthenticatorRaceTest, ALoadBegunBeforeTheListeningStoppedIsNeverCached) {
    EXPECT_TRUE(authenticates_across([&] {
        authenticator_.set_listening(false);
        store_.answer_ = std::optional<TokenRecord>();
        authenticator_.set_listening(true);
    }));
    EXPECT_FALSE(authenticates());
}

TEST_F(AuthenticatorRaceTest, AStoreThatCannotBeAskedRefusesWithItsOwnError) {
    store_.answer_ = Error(Errc::database_unavailable, "gone");
    const auto answer =
        test::run(loop_, authenticator_.authenticate("rgw_x", Activity::person, soon()));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.code, Errc::database_unavailable);
    EXPECT_EQ(answer.error().known, nullptr);
    store_.answer_ = std::optional(record());
    EXPECT_TRUE(authenticates());
}

}  // namespace
}  // namespace rgw::identity
