# Data made C at build time: src/tables/syscalls.csv and the files of profiles/.
find_program(PYTHON NAMES python3 REQUIRED)

function(add_syscall_tables out)
	set(gen ${CMAKE_CURRENT_BINARY_DIR}/gen)
	file(MAKE_DIRECTORY ${gen})
	set(csv ${CMAKE_CURRENT_SOURCE_DIR}/src/tables/syscalls.csv)
	set(script ${CMAKE_CURRENT_SOURCE_DIR}/src/tables/gen-syscalls.py)
	add_custom_command(OUTPUT ${gen}/syscalls_data.c
		COMMAND ${PYTHON} ${script} ${csv} ${gen}/syscalls_data.c
		DEPENDS ${csv} ${script}
		COMMENT "Syscall tables"
		VERBATIM)
	set(${out} ${gen}/syscalls_data.c PARENT_SCOPE)
endfunction()

function(add_embedded_data out)
	set(gen ${CMAKE_CURRENT_BINARY_DIR}/gen)
	set(dir ${CMAKE_CURRENT_SOURCE_DIR}/profiles)
	set(script ${CMAKE_CURRENT_SOURCE_DIR}/src/tables/gen-data.py)
	file(GLOB_RECURSE files CONFIGURE_DEPENDS ${dir}/*.json ${dir}/*.csv ${dir}/*.apparmor)
	add_custom_command(OUTPUT ${gen}/profiles_data.c
		COMMAND ${PYTHON} ${script} ${dir} ${gen}/profiles_data.c
		DEPENDS ${files} ${script}
		COMMENT "Embedded profiles"
		VERBATIM)
	set(${out} ${gen}/profiles_data.c PARENT_SCOPE)
endfunction()

# The manual pages, for `trammel help` where no man is.
function(add_embedded_docs out)
	set(gen ${CMAKE_CURRENT_BINARY_DIR}/gen)
	file(MAKE_DIRECTORY ${gen})
	set(dir ${CMAKE_CURRENT_SOURCE_DIR}/docs)
	set(script ${CMAKE_CURRENT_SOURCE_DIR}/src/tables/gen-data.py)
	file(GLOB files CONFIGURE_DEPENDS ${dir}/*.[1-8].md)
	add_custom_command(OUTPUT ${gen}/docs_data.c
		COMMAND ${PYTHON} ${script} ${dir} ${gen}/docs_data.c doc .5.md .8.md
		DEPENDS ${files} ${script}
		COMMENT "Embedded manual"
		VERBATIM)
	set(${out} ${gen}/docs_data.c PARENT_SCOPE)
endfunction()
