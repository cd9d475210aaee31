package io.quittance.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The directions between modules, where Maven cannot see them, and what the domain must not know. */
class ModuleBoundaryTest {

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.quittance");

    @Test
    void theDomainKnowsNothingButTheJdkAndItself() {
        classes()
                .that()
                .resideInAPackage("io.quittance.domain..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "javax.crypto..", "org.jspecify..", "io.quittance.domain..")
                .check(ALL);
    }

    @Test
    void theDomainKnowsNoClockAndNoRandomness() {
        noClasses()
                .that()
                .resideInAPackage("io.quittance.domain..")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(LocalDate.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.Random")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.security.SecureRandom")
                .check(ALL);
    }

    @Test
    void adaptersAndJobsDoNotKnowEachOther() {
        String[] modules = {"sql", "intake", "contracts", "jobs"};
        for (String module : modules) {
            for (String other : modules) {
                if (!module.equals(other)) {
                    noClasses()
                            .that()
                            .resideInAPackage("io.quittance." + module + "..")
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage("io.quittance." + other + "..")
                            .check(ALL);
                }
            }
        }
    }

    @Test
    void nobodyButTheApplicationKnowsTheApplication() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.quittance.app..", "io.quittance.bench..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.quittance.app..")
                .check(ALL);
    }

    @Test
    void everyPackageSaysThatNothingIsNullUnlessItSaysSo() {
        Set<String> unmarked = new TreeSet<>();
        for (JavaClass javaClass : ALL) {
            JavaPackage javaPackage = javaClass.getPackage();
            if (!javaPackage.isAnnotatedWith(NullMarked.class)) {
                unmarked.add(javaPackage.getName());
            }
        }

        assertThat(unmarked).isEmpty();
    }
}
