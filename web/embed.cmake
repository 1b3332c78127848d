# Writes OUTPUT, a C++ source with the files of SOURCE, and their compressed forms to COMPRESSED.
function(type_of file out)
  get_filename_component(extension ${file} LAST_EXT)
  # A list of CMake's is split at semicolons, so they come later.
  set(types
    ".html=text/html utf-8" ".js=text/javascript utf-8" ".css=text/css utf-8" ".json=application/json utf-8"
    ".txt=text/plain utf-8" ".svg=image/svg+xml" ".png=image/png" ".ico=image/x-icon" ".woff2=font/woff2"
    ".webmanifest=application/manifest+json")
  foreach(each IN LISTS types)
    if(each MATCHES "^\\${extension}=(.*)$")
      string(REPLACE " utf-8" "; charset=utf-8" type "${CMAKE_MATCH_1}")
      set(${out} "${type}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "${file}: what is the media type of a ${extension} file?")
endfunction()

# Sets OUT to an expression with the compressed bytes, or to {} where they are not fewer.
function(compress file suffix out)
  set(target ${COMPRESSED}/${file}.${suffix})
  execute_process(COMMAND ${ARGN} ${SOURCE}/${file} OUTPUT_FILE ${target} COMMAND_ERROR_IS_FATAL ANY)
  file(SIZE ${SOURCE}/${file} plain)
  file(SIZE ${target} small)
  if(small LESS plain)
    embed(${target} ${file}_${suffix} name)
    set(${out} "as_text(${name})" PARENT_SCOPE)
    set(arrays "${arrays}" PARENT_SCOPE)
  else()
    set(${out} "{}" PARENT_SCOPE)
  endif()
endfunction()

function(embed path name out)
  string(MAKE_C_IDENTIFIER "file_${name}" identifier)
  set(arrays "${arrays}constexpr char ${identifier}[] = {\n#embed \"${path}\"\n};\n" PARENT_SCOPE)
  set(${out} ${identifier} PARENT_SCOPE)
endfunction()

set(arrays "")
set(rows "")
file(GLOB_RECURSE files RELATIVE ${SOURCE} ${SOURCE}/*)
list(SORT files)
foreach(file IN LISTS files)
  get_filename_component(folder ${COMPRESSED}/${file} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  type_of(${file} type)
  file(SHA256 ${SOURCE}/${file} digest)
  string(SUBSTRING ${digest} 0 16 digest)
  # Names that the bundler made from the content never change their bytes.
  if(file MATCHES "^assets/.*-[A-Za-z0-9_-]+\\.[a-z0-9]+$")
    set(lifetime for_ever)
  else()
    set(lifetime asked_anew)
  endif()
  embed(${SOURCE}/${file} ${file} identity)
  compress(${file} gz gzip ${GZIP} -9 -n -c)
  compress(${file} br brotli ${BROTLI} -q 11 -c)
  string(APPEND rows "    {\"${file}\", \"${type}\", \"${digest}\", http::StaticFile::${lifetime},\n"
                     "     as_text(${identity}), ${gzip}, ${brotli}},\n")
endforeach()

file(WRITE ${OUTPUT} "// Written by web/embed.cmake.
#include \"rgw/web.hpp\"

#include <array>
#include <string_view>

namespace rgw {
namespace {

${arrays}
template <std::size_t size>
std::string_view as_text(const char (&bytes)[size]) {
    return {bytes, size};
}

}  // namespace

std::span<const http::StaticFile> web_files() {
    static const auto files = std::to_array<http::StaticFile>({
${rows}    });
    return files;
}

}  // namespace rgw
")
