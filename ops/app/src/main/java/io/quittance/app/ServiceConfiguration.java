package io.quittance.app;

import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.cycle.Sandbox;
import io.quittance.domain.cycle.Windows;
import io.quittance.intake.IntakeDoors;
import io.quittance.jobs.CycleProgress;
import io.quittance.jobs.CycleRunner;
import io.quittance.jobs.CycleSchedule;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What makes a service of a bank: its doors and its schedule. */
@Configuration(proxyBeanMethods = false)
@Import({IntakeDoors.class, CycleSchedule.class})
class ServiceConfiguration {

    @Bean
    @ConditionalOnProperty("quittance.sandbox")
    Sandbox sandbox(BankStore bank, Windows windows, CycleRunner runner) {
        return new SandboxClock(bank, windows, runner);
    }

    @Bean
    CycleProgress cycleProgress() {
        CrashPoint crash = CrashPoint.fromEnvironment();
        return new CycleProgress() {
            @Override
            public void reached(String point) {
                crash.reached(point);
            }
        };
    }
}
