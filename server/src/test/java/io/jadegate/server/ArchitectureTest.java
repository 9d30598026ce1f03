package io.jadegate.server;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;

/// The walls of the house that Maven cannot draw: what may know what, and what no class may be.
class ArchitectureTest {

    private static final JavaClasses PRODUCT =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.jadegate");

    private static final String API = "io.jadegate.api..";
    private static final String PROXY = "io.jadegate.proxy..";
    private static final String FILTERS = "io.jadegate.filters..";
    private static final String CONTROL = "io.jadegate.control..";
    private static final String SERVER = "io.jadegate.server..";

    @Test
    void apiKnowsNobody() {
        hold(
                classes()
                        .that(resideInAPackage(API))
                        .should()
                        .onlyDependOnClassesThat(
                                resideInAnyPackage(
                                        API,
                                        "java..",
                                        "io.netty.buffer..",
                                        "io.netty.util..",
                                        "org.jspecify..")));
    }

    @Test
    void siblingsDoNotMeet() {
        hold(noDependency(PROXY, FILTERS, CONTROL));
        hold(noDependency(FILTERS, PROXY, CONTROL));
        hold(noDependency(CONTROL, PROXY, FILTERS));
    }

    @Test
    void onlyServerKnowsAll() {
        hold(
                noClasses()
                        .that(resideInAPackage("io.jadegate..").and(outside(SERVER)))
                        .should()
                        .dependOnClassesThat(resideInAPackage(SERVER)));
    }

    @Test
    void noPackageCycles() {
        hold(slices().assignedFrom(new EachPackage()).should().beFreeOfCycles());
    }

    @Test
    void routeAndFiltersAreNettyFree() {
        hold(
                noClasses()
                        .that(resideInAnyPackage("io.jadegate.proxy.route..", FILTERS))
                        .should()
                        .dependOnClassesThat(
                                resideInAPackage("io.netty..").and(outside("io.netty.buffer.."))));
    }

    @Test
    void codecsListenersAndUpstreamsNeverLookUp() {
        hold(
                noClasses()
                        .that(
                                resideInAnyPackage(
                                        "io.jadegate.proxy.http1..",
                                        "io.jadegate.proxy.http2..",
                                        "io.jadegate.proxy.listener..",
                                        "io.jadegate.proxy.upstream..",
                                        "io.jadegate.proxy.websocket.."))
                        .should()
                        .dependOnClassesThat(
                                resideInAnyPackage(
                                        "io.jadegate.proxy",
                                        "io.jadegate.proxy.exchange..",
                                        "io.jadegate.proxy.route..")));
    }

    @Test
    void controlNeverTouchesChannels() {
        hold(
                noClasses()
                        .that(resideInAPackage(CONTROL))
                        .should()
                        .dependOnClassesThat(resideInAPackage("io.netty..")));
    }

    @Test
    void noStaticMutableState() {
        hold(fields().that().areStatic().should().beFinal());
        hold(
                noClasses()
                        .should()
                        .dependOnClassesThat()
                        .haveFullyQualifiedName(ThreadLocal.class.getName()));
    }

    @Test
    void noUtilPackages() {
        hold(
                noClasses()
                        .should()
                        .resideInAnyPackage(
                                "..util..",
                                "..common..",
                                "..helper..",
                                "..manager..",
                                "..base..",
                                "..impl.."));
        hold(
                noClasses()
                        .should()
                        .haveSimpleNameEndingWith("Util")
                        .orShould()
                        .haveSimpleNameEndingWith("Utils")
                        .orShould()
                        .haveSimpleNameEndingWith("Helper")
                        .orShould()
                        .haveSimpleNameEndingWith("Manager")
                        .orShould()
                        .haveSimpleNameEndingWith("Impl"));
    }

    @Test
    void exceptionsStayOutOfTheExchange() {
        hold(
                noClasses()
                        .that(
                                resideInAnyPackage(
                                        "io.jadegate.proxy.stream..",
                                        "io.jadegate.proxy.http1..",
                                        "io.jadegate.proxy.exchange..",
                                        "io.jadegate.proxy.l4..",
                                        "io.jadegate.proxy.upstream.."))
                        .should()
                        .beAssignableTo(Exception.class));
    }

    @Test
    void configIsRecordsOnly() {
        hold(
                classes()
                        .that(resideInAPackage("io.jadegate.api.config.."))
                        .and()
                        .haveSimpleNameEndingWith("Config")
                        .and()
                        .areNotInterfaces()
                        .and()
                        .areNotEnums()
                        .should()
                        .beRecords());
    }

    /// A module has no class of some package until that package is built.
    private static void hold(ArchRule rule) {
        rule.allowEmptyShould(true).check(PRODUCT);
    }

    private static ArchRule noDependency(String from, String... to) {
        return noClasses()
                .that(resideInAPackage(from))
                .should()
                .dependOnClassesThat(resideInAnyPackage(to));
    }

    private static DescribedPredicate<JavaClass> outside(String packages) {
        return DescribedPredicate.not(resideInAPackage(packages));
    }

    private static final class EachPackage implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return type.getPackageName().startsWith("io.jadegate")
                    ? SliceIdentifier.of(type.getPackageName())
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "each package";
        }
    }
}
