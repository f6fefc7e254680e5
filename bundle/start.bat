@echo off
chcp 936 >nul 2>nul
rem 第一次运行: 建一个环境并离线安装; 以后直接打开。需要 64 位 Python 3.11、3.12 或 3.13。
rem 文件夹换了地方、或换了新的安装包, 就重新安装: 环境里写着原来的路径。
setlocal
pushd "%~dp0"
set "BUNDLE="
set /p BUNDLE=<bundle.txt
set "THERE="
if exist ".venv\installed.txt" set /p THERE=<".venv\installed.txt"
if not defined THERE goto install
if %THERE%=="%BUNDLE% %~dp0" goto ready

:install
if exist ".venv" rmdir /s /q ".venv"
set "PYTHON="
for %%v in (3.13 3.12 3.11) do if not defined PYTHON (
  py -%%v -c "import sys; sys.exit(sys.maxsize < 2**32)" >nul 2>nul && set "PYTHON=py -%%v"
)
if not defined PYTHON (
  python -c "import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 13) and sys.maxsize > 2**32))" >nul 2>nul && set "PYTHON=python"
)
for %%v in (313 312 311) do for %%d in ("%LocalAppData%\Programs\Python" "%ProgramFiles%") do (
  if not defined PYTHON if exist "%%~d\Python%%v\python.exe" set PYTHON="%%~d\Python%%v\python.exe"
)
if not defined PYTHON (
  echo 没有找到 64 位的 Python 3.11、3.12 或 3.13。请先安装, 安装时勾选 Add python.exe to PATH, 再双击本文件。
  pause
  exit /b 1
)

echo 正在安装, 约几分钟, 不需要网络……
%PYTHON% -m venv .venv || goto failed
for /f %%v in ('.venv\Scripts\python -c "import sys; print(sys.version_info[0] * 100 + sys.version_info[1])"') do set "VERSION=%%v"
.venv\Scripts\python -m pip install --quiet --disable-pip-version-check --no-index --find-links wheels --require-hashes --requirement windows-%VERSION%.txt || goto failed
for %%w in (wheels\audit_lib-*.whl) do .venv\Scripts\python -m pip install --quiet --disable-pip-version-check --no-index --no-deps "%%w" || goto failed
>".venv\installed.txt" echo "%BUNDLE% %~dp0"

:ready
set "PATH=%~dp0.venv\Scripts;%PATH%"
echo.
echo 已就绪。先看演示:   audit run params\demo.yaml
echo 用自己的文件:       audit run 文件夹\参数.yaml
echo 打开笔记本:         jupyter lab notebooks
echo 手册:               docs\manual.html
echo.
cmd /k
exit /b 0

:failed
echo 安装没有完成。请把上面的文字拍下来交给技术人员; 删去 .venv 文件夹后可以重新双击本文件。
pause
exit /b 1
