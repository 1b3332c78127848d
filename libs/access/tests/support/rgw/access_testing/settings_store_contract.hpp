#pragma once

// What every SettingsStore does. A fixture gives `settings()` and `loop()` on empty storage;
// INSTANTIATE with INSTANTIATE_TYPED_TEST_SUITE_P.
#include <gtest/gtest.h>

#include <string>

#include "rgw/access/settings_store.hpp"
#include "support/run.hpp"

namespace rgw::access_testing {

template <class Fixture>
class SettingsStoreContract : public testing::Test {
protected:
    access::StoredSettings load() {
        return test::run(fixture_.loop(), fixture_.settings().load(soon())).value();
    }
    access::FormerRows change(access::SettingsChange change) {
        return test::run(fixture_.loop(), fixture_.settings().change(std::move(change), soon()))
            .value();
    }
    static Deadline soon() { return deadline_in(std::chrono::seconds(10)); }

    Fixture fixture_;
};

TYPED_TEST_SUITE_P(SettingsStoreContract);

TYPED_TEST_P(SettingsStoreContract, WritesSeveralRowsAndTellsWhatStoodThere) {
    using access::FormerRows;
    EXPECT_EQ(this->load(), access::StoredSettings());
    EXPECT_EQ(this->change({.rows = {{"a", "1"}, {"b", "[\"x\"]"}}}),
              (FormerRows{{"a", std::nullopt}, {"b", std::nullopt}}));
    EXPECT_EQ(this->change({.rows = {{"a", "2"}, {"c", "true"}}}),
              (FormerRows{{"a", "1"}, {"c", std::nullopt}}));
    const access::StoredRows expected = {{"a", "2"}, {"b", "[\"x\"]"}, {"c", "true"}};
    EXPECT_EQ(this->load().global, expected);
}

TYPED_TEST_P(SettingsStoreContract, ARowThatSaysTheSameIsNoChange) {
    using access::FormerRows;
    (void)this->change({.rows = {{"a", "1"}, {"b", "2"}}});
    EXPECT_EQ(this->change({.rows = {{"a", "1"}, {"b", "3"}, {"c", std::nullopt}}}),
              (FormerRows{{"b", "2"}}));
    EXPECT_EQ(this->change({.rows = {{"a", "1"}}}), FormerRows());
    EXPECT_EQ(this->change({.rows = {}}), FormerRows());
}

TYPED_TEST_P(SettingsStoreContract, RemovesRows) {
    using access::FormerRows;
    (void)this->change({.rows = {{"a", "1"}, {"b", "2"}, {"c", "3"}}});
    EXPECT_EQ(this->change({.rows = {{"a", std::nullopt}, {"b", "7"}, {"d", std::nullopt}}}),
              (FormerRows{{"a", "1"}, {"b", "2"}}));
    const access::StoredRows expected = {{"b", "7"}, {"c", "3"}};
    EXPECT_EQ(this->load().global, expected);
}

TYPED_TEST_P(SettingsStoreContract, AppsAndTheGlobalRowsAreApart) {
    (void)this->change({.rows = {{"a", "1"}}});
    (void)this->change({.app = "shop", .rows = {{"a", "2"}}});
    EXPECT_EQ(this->change({.app = "web", .rows = {{"a", "3"}}}),
              (access::FormerRows{{"a", std::nullopt}}));
    EXPECT_EQ(this->change({.app = "shop", .rows = {{"a", std::nullopt}}}),
              (access::FormerRows{{"a", "2"}}));
    const access::StoredSettings expected = {.global = {{"a", "1"}},
                                             .apps = {{"web", {{"a", "3"}}}}};
    EXPECT_EQ(this->load(), expected);
}

REGISTER_TYPED_TEST_SUITE_P(SettingsStoreContract, WritesSeveralRowsAndTellsWhatStoodThere,
                            ARowThatSaysTheSameIsNoChange, RemovesRows,
                            AppsAndTheGlobalRowsAreApart);

}  // namespace rgw::access_testing
