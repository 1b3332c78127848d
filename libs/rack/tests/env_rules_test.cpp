// Spec proxy-rbac §1.12, widened: which variables are secret.
#include "rgw/rack/env_rules.hpp"

#include <gtest/gtest.h>

namespace rgw::rack {
namespace {

access::EnvLists lists_of(std::initializer_list<const char*> secret,
                          std::initializer_list<const char*> protected_names = {}) {
    access::EnvLists lists{.secret_names = {}, .protected_names = {}};
    for (const char* name : secret) {
        lists.secret_names.add(name);
    }
    for (const char* name : protected_names) {
        lists.protected_names.add(name);
    }
    return lists;
}

TEST(EnvRules, NamesThatTell) {
    const access::EnvLists none = lists_of({});
    for (const char* name :
         {"SECRET", "MY_SECRET_1", "secretive", "TOKEN", "github_token", "TOKENS", "A_KEY", "a_key",
          "AWS_ACCESS_KEY_ID", "x_key_id", "DB_PASSWORD", "PASSWORDS", "MYSQL_PASSWD", "passwd",
          "CREDENTIALS", "GOOGLE_CREDENTIAL_FILE", "PRIVATE", "private_pem"}) {
        EXPECT_TRUE(is_secret_name(none, name)) << name;
    }
    for (const char* name : {"", "KEY", "KEYS", "MY_KEYS", "KEY_ID_2", "KEYBOARD", "LOG_LEVEL",
                             "DATABASE_URL", "DSN", "PASS", "SECRE", "TOKE", "PRIVAT", "T", "P"}) {
        EXPECT_FALSE(is_secret_name(none, name)) << name;
    }
}

TEST(EnvRules, ListedNames) {
    const access::EnvLists lists = lists_of({"DSN", "Licence"});
    EXPECT_TRUE(is_secret_name(lists, "dsn"));
    EXPECT_TRUE(is_secret_name(lists, "LICENCE"));
    EXPECT_FALSE(is_secret_name(lists, "DSN_2"));
    EXPECT_TRUE(is_secret_name(access::EnvLists(), "LOG_LEVEL")) << "unreadable lists hide all";
}

TEST(EnvRules, ValuesWithAPasswordInAUrl) {
    for (const char* value :
         {"postgres://u:p@h/db", "postgres://u:p@h:5432/db?a=b", "redis://:p@h", "amqp://u:@h",
          "primary=postgres://u:p@h", "https://a.example, https://u:p@b.example",
          "https://ok.example/ x://u:p@h", "postgres://u:p/w@h", "postgres://u:p#w?@h", "://u:p@h",
          "jdbc:postgresql://u:p@h", "x://u:pa ss@h", "x://u:pa\tss@h",
          "https://example.com a:b@c"}) {
        EXPECT_TRUE(holds_password(value)) << value;
    }
    for (const char* value : {"", "info", "https://example.com", "https://example.com:8080/x",
                              "https://user@example.com", "mail: a@b.c", "u:p@h", "//u:p@h"}) {
        EXPECT_FALSE(holds_password(value)) << value;
    }
}

TEST(EnvRules, AViewShowsWhatIsNeitherSecretNorProtectedToWhoMayRead) {
    const access::EnvLists lists = lists_of({"DSN"}, {"REGION"});
    access::PermissionSet reader;
    reader.add(access::Permission::convox_env_read);
    const EnvView view = EnvView::of(reader, lists);
    EXPECT_TRUE(view.shows("LOG_LEVEL", "info"));
    EXPECT_FALSE(view.shows("DSN", "x"));
    EXPECT_FALSE(view.shows("region", "eu"));
    EXPECT_FALSE(view.shows("DATABASE_URL", "postgres://u:p@h"));
    access::PermissionSet all_but_read;
    for (const access::Permission each : access::all_permissions()) {
        if (each != access::Permission::convox_env_read) {
            all_but_read.add(each);
        }
    }
    EXPECT_FALSE(EnvView::of(all_but_read, lists).shows("LOG_LEVEL", "info"));
    EXPECT_FALSE(EnvView::names().shows("LOG_LEVEL", "info"));
}

}  // namespace
}  // namespace rgw::rack
