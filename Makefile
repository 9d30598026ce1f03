# One door for people. `make help` lists the targets.
SHELL := /bin/sh
MAVEN := mvn -ntp -B
# The formatter runs inside Maven's own Java, so these two need Maven itself on Java 25.
ON_25 = JAVA_HOME="$$(java=$$(bin/jadegate --java) && echo "$${java%/bin/java}")" $(MAVEN)

.DEFAULT_GOAL := help
.PHONY: help build test check format run bench jmh soak fuzz

help: ## lists these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## makes server/target/jadegate and jadegate-VERSION.tar.gz, without tests
	$(MAVEN) -q -DskipTests package

test: ## compiles and runs all tests
	$(MAVEN) test

check: ## what CI runs: format, compiler and null checks, all tests, architecture rules, distribution, coverage report
	$(ON_25) spotless:check verify

format: ## formats the Java sources
	$(ON_25) -q spotless:apply

run: ## starts the demonstration; with CONFIG=FILE that configuration
	bin/jadegate run $(if $(CONFIG),-c $(CONFIG))

bench: ## compares with nginx and HAProxy on this machine; WITH='--quick', --help shows more
	$(MAVEN) -q -DskipTests -pl server -am package
	python3 benchmarks/compare $(WITH)

jmh: ## runs the micro-benchmarks; ONLY=REGEX picks some
	$(MAVEN) -q -DskipTests -Dtraining=off -pl benchmarks -am package
	"$$(bin/jadegate --java)" --enable-native-access=ALL-UNNAMED -jar benchmarks/target/benchmarks.jar $(ONLY)

soak: ## loads the distribution with everything at once for long and looks what is left; SECONDS=600
	$(MAVEN) -q -pl server -am -DskipTests -Dsoak.skip=false -Dsoak.seconds=$(or $(SECONDS),600) integration-test

fuzz: ## attacks one parser with Jazzer, TARGET=HeadFuzzTest SECONDS=60; KEEP=yes adds what was found to its corpus
	$(MAVEN) -q -DskipTests -Dtraining=off -Pfuzz package
	testkit/fuzz $(TARGET) $(if $(KEEP),keep,$(or $(SECONDS),60))
