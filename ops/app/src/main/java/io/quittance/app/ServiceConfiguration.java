package io.quittance.app;

import io.quittance.intake.IntakeDoors;
import io.quittance.jobs.CycleSchedule;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What makes a service of a bank: its doors and its schedule. */
@Configuration(proxyBeanMethods = false)
@Import({IntakeDoors.class, CycleSchedule.class})
class ServiceConfiguration {}
