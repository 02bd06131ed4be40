# Thin: each target is a line or two over Maven, java or a script. `make help` lists them.
JAVA ?= java
MVN  ?= mvn -B -ntp
# make bench compares with gearmand where that is installed; see docs/performance.md.

SOURCES := pom.xml $(wildcard */pom.xml) $(shell find common/src/main server/src/main client/src/main -type f 2>/dev/null)

.PHONY: help run server client build test check peers certs bench bench-calculator torture fuzz fmt clean

help:
	@echo 'make run      build what is missing, start a server with one local client, show calls until Ctrl-C'
	@echo 'make test     build, and pass every test that needs only a JDK and Maven'
	@echo 'make check    formatting, make test, and the tests with foreign peers (installs them: apt, npm)'
	@echo 'make server   the server alone            make client   a client alone'
	@echo 'make build    server.jar and client.jar   make fmt      format the sources'
	@echo 'make bench    speed, against gearmand     make torture  the long tests'
	@echo 'make fuzz     random bytes for HARNESS (all) and SECONDS (60), see CONTRIBUTING.md'
	@echo 'make bench-calculator    nanoseconds and bytes an expression, beside another library'
	@echo 'make certs    a private CA, and certificates for the server and clients, for trying TLS: CERTS, CLIENTS, HOSTS'
	@echo 'make clean    remove what was built'

run: build
	$(JAVA) -jar server.jar --workers 1

server: build
	$(JAVA) -jar server.jar

client: build
	$(JAVA) -jar client.jar

build: server.jar client.jar

server.jar client.jar &: $(SOURCES)
	$(MVN) -q -DskipTests -pl server,client -am package

test:
	$(MVN) verify

# The peers are tested along with everything else; formatting is checked and not mended.
check: peers
	$(MVN) verify -Pbench -Dspotless.goal=check -Dtests.excluded=torture

peers:
	bench/install-peers

CERTS   ?= certs
CLIENTS ?= client

certs:
	config/make-certs $(CERTS) $(CLIENTS)

bench: build
	bench/run

# Options of JMH in BENCH; -h lists them.
bench-calculator:
	$(MVN) -q -DskipTests -Pbench -pl bench/calculator -am package
	$(JAVA) -jar bench/calculator/target/bench-calculator.jar -prof gc $(BENCH)

torture:
	$(MVN) verify -Dtests.excluded=peers '-Dgroups=torture | fuzz' -Dfuzz.seconds=60

# HARNESS is a folder of tests/fuzz.
fuzz: SECONDS := 60
fuzz:
	$(MVN) verify -Dgroups=fuzz -Dfuzz.seconds=$(SECONDS) -Dfuzz.harness=$(HARNESS)

fmt:
	$(MVN) -q -Pbench spotless:apply

clean:
	$(MVN) -q -Pbench clean
	rm -f server.jar client.jar
