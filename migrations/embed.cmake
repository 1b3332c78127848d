# Writes OUTPUT, a C++ source with the SQL files FILES (names in SOURCE, in order) and drop.sql.
set(quote "rgw_sql")

function(read_sql name text_variable)
  file(READ ${SOURCE}/${name} text)
  string(FIND "${text}" ")${quote}\"" clash)
  if(NOT clash EQUAL -1)
    message(FATAL_ERROR "${name} contains the end mark of a raw string")
  endif()
  set(${text_variable} "${text}" PARENT_SCOPE)
endfunction()

set(rows "")
foreach(file IN LISTS FILES)
  if(NOT file MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)\\.sql$")
    message(FATAL_ERROR "${file}: migrations are called NNNN_what.sql")
  endif()
  set(version ${CMAKE_MATCH_1})
  set(name ${CMAKE_MATCH_2})
  if(version STREQUAL previous)
    message(FATAL_ERROR "two migrations have the number ${version}")
  endif()
  set(previous ${version})
  file(SHA256 ${SOURCE}/${file} checksum)
  read_sql(${file} sql)
  string(APPEND rows "    {\"${version}\", \"${name}\", \"${file}\",\n     \"${checksum}\",\n"
                     "     R\"${quote}(${sql})${quote}\"},\n")
endforeach()
read_sql(drop.sql drop)

file(WRITE ${OUTPUT} "// Written by migrations/embed.cmake.
#include \"rgw/migrations.hpp\"

#include <array>

namespace rgw {
namespace {

constexpr auto embedded = std::to_array<pg::Migration>({
${rows}});

}  // namespace

std::span<const pg::Migration> migrations() {
    return embedded;
}

std::string_view drop_sql() {
    return R\"${quote}(${drop})${quote}\";
}

}  // namespace rgw
")
