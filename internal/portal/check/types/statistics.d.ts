interface StatisticsCount {
	name: string;
	count: number;
}

interface StatisticsAmount {
	id: string;
	name: string;
	amount_minor: number;
}

interface DurationFigures {
	count: number;
	median: number;
	p90: number;
}

interface DoctorFigures {
	id: string;
	name: string;
	booked: number;
	completed: number;
	missed: number;
	booked_minutes: number;
	offered_minutes: number;
}

interface VisitFigures {
	total: number;
	pending: number;
	approved: number;
	completed: number;
	cancelled: number;
	missed: number;
	missed_bp: number;
	requested: number;
	rescheduled: number;
	waiting_minutes: DurationFigures;
	length_minutes: DurationFigures;
	approval_hours: DurationFigures;
	types?: StatisticsCount[];
	cancel_codes?: StatisticsCount[];
	cancel_notice?: StatisticsCount[];
	hours?: { weekday: number; hour: number; count: number }[];
	doctors?: DoctorFigures[];
	departments?: DoctorFigures[];
}

interface MoneyFigures {
	currency: string;
	billed_minor: number;
	written_off_minor: number;
	collected_minor: number;
	refunded_minor: number;
	tax_rates?: { rate_bp: number; net_minor: number; tax_minor: number }[];
	services?: StatisticsAmount[];
	doctors?: StatisticsAmount[];
	departments?: StatisticsAmount[];
	methods?: { name: string; amount_minor: number }[];
	cashiers?: StatisticsAmount[];
}

interface StatisticsSection {
	from: string;
	to: string;
	visits?: VisitFigures;
	patients?: { registered: number; new: number; returning: number };
	capacity?: { offered_minutes: number; booked_minutes: number; utilisation_bp: number };
	money?: MoneyFigures[];
	clinical?: { diagnoses: StatisticsCount[]; drugs: StatisticsCount[] };
}

interface Receivables {
	total_minor: number;
	not_due_minor: number;
	days_1_to_30_minor: number;
	days_31_to_60_minor: number;
	days_61_to_90_minor: number;
	days_over_90_minor: number;
	to_refund_minor: number;
}

interface Statistics {
	total: StatisticsSection;
	before: StatisticsSection;
	periods: StatisticsSection[];
	receivables?: Receivables;
	next_free?: { doctors: number; without: number; median_days: number; first: string };
}
