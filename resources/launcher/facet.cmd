@echo off
rem `facet`: a command acts in this terminal; alone it opens the window.
setlocal
set "FACET_WINDOW=%~dp0..\facet.exe"
"%~dp0node.exe" "%~dp0app.asar.unpacked\.vite\build\facet.mjs" %*
