/** Where the page starts. */
import { createRoot } from 'react-dom/client'
import { App } from './app/App.tsx'
import { locale } from './text/locale.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no element "root"')
document.documentElement.lang = locale === 'zh' ? 'zh-Hans' : locale
createRoot(root).render(<App />)
