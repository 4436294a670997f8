# Manual pages: docs/NAME.SECTION.md made troff by go-md2man where it is installed.
# Run as a script (cmake -P) this file converts one page: -DMD2MAN= -DIN= -DOUT= -DVERSION=
if(CMAKE_SCRIPT_MODE_FILE)
	get_filename_component(page ${OUT} NAME)
	string(REGEX MATCH "^(.*)\\.([1-8])$" page ${page})
	set(name ${CMAKE_MATCH_1})
	set(section ${CMAKE_MATCH_2})
	execute_process(COMMAND ${MD2MAN} -in ${IN} -out ${OUT}.tmp COMMAND_ERROR_IS_FATAL ANY)
	file(READ ${OUT}.tmp text)
	# In troff "-" is a hyphen, which newer groffs print as U+2010: an option must be pasteable.
	string(REPLACE "-" "\\-" text "${text}")
	# go-md2man takes the whole title for the name.
	string(REGEX REPLACE "\n\\.TH [^\n]*" "\n.TH \"${name}\" \"${section}\" \"\" \"trammel ${VERSION}\" \"trammel\""
		text "${text}")
	file(WRITE ${OUT} "${text}")
	file(REMOVE ${OUT}.tmp)
	return()
endif()

find_program(MD2MAN NAMES go-md2man)

function(add_man_pages)
	file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/docs/*.[1-8].md)
	if(NOT MD2MAN)
		message(STATUS "go-md2man is not installed: no manual pages are made (docs/*.md are the same)")
		return()
	endif()
	set(script ${CMAKE_CURRENT_SOURCE_DIR}/cmake/man.cmake)
	set(man ${CMAKE_CURRENT_BINARY_DIR}/man)
	set(pages "")
	file(MAKE_DIRECTORY ${man})
	foreach(source ${sources})
		get_filename_component(page ${source} NAME_WLE)
		string(REGEX REPLACE ".*\\.([1-8])$" "\\1" section ${page})
		add_custom_command(OUTPUT ${man}/${page}
			COMMAND ${CMAKE_COMMAND} -DMD2MAN=${MD2MAN} -DIN=${source} -DOUT=${man}/${page}
				-DVERSION=${PROJECT_VERSION} -P ${script}
			DEPENDS ${source} ${script}
			COMMENT "Manual page ${page}"
			VERBATIM)
		list(APPEND pages ${man}/${page})
		install(FILES ${man}/${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
	endforeach()
	add_custom_target(man ALL DEPENDS ${pages})
endfunction()
